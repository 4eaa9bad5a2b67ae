using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>
/// What every application of a host shares with it: limits, clock, and the host's ear. The host logs and counts; this
/// library does neither. No report may throw, and each may come from any thread.
/// </summary>
internal abstract class HostingContext(HostingLimits limits, TimeProvider clock)
{
    public HostingLimits Limits => limits;

    public TimeProvider Clock => clock;

    public abstract void Reached(HostingLimit limit);

    public abstract void InstanceStarted();

    /// <summary>An application has really returned: its place is free.</summary>
    public abstract void InstanceEnded(string application, AsgiScope scope, InstanceEnding ending);

    /// <summary>An instance was refused before any application code ran.</summary>
    public abstract void InstanceRefused();

    /// <summary>An instance was let go of, although its application still runs and keeps its place.</summary>
    public abstract void CancellationIgnored(string instance);

    /// <summary>A driver threw when its calls were ended, which it must not.</summary>
    public abstract void DriverRaised(Exception error, string instance);

    public abstract void LifespanStarted(string application);

    public abstract void LifespanNotSupported(string application, string seen);

    /// <summary>An application threw after its startup.</summary>
    public abstract void LifespanRaised(Exception error, string application);

    public abstract void LifespanShutdownFailed(string application, string failure);

    public abstract void LifespanShutdownTimedOut(string application, TimeSpan limit);

    /// <summary>An application has answered the shutdown but has not returned.</summary>
    public abstract void LifespanStillRunning(string application, TimeSpan limit);

    /// <summary>A stop waits for as many instances.</summary>
    public abstract void Draining(int running);

    /// <summary>An instance that still runs is ended: the drain time is over, or the stop is in a hurry.</summary>
    public abstract void DrainCutShort(string instance, bool hurry);

    /// <summary>A stop goes on without an instance that ignores even its cancellation.</summary>
    public abstract void LeftBehind(string instance);

    /// <summary>No instance is running any more.</summary>
    public abstract void Drained();
}
