using Asgiref.Core;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>Logs and counts what the applications of the bridge's own process do.</summary>
internal sealed class BridgeHostingContext(
    HostingLimits limits, BridgeMetrics metrics, TimeProvider clock, ILogger<BridgeHostingContext> logger) : HostingContext(limits, clock)
{
    /// <summary>Never throws.</summary>
    public ILogger Logger { get; } = new GuardedLogger(logger);

    public BridgeMetrics Metrics => metrics;

    public override void Reached(HostingLimit limit) => metrics.Reached(limit switch
    {
        HostingLimit.Instances => Limit.Instances,
        HostingLimit.PendingCalls => Limit.PendingCalls,
        HostingLimit.GraceTime => Limit.GraceTime,
        HostingLimit.CancellationTime => Limit.CancellationTime,
        HostingLimit.DrainTime => Limit.DrainTime,
        HostingLimit.LifespanStartupTime => Limit.LifespanStartupTime,
        _ => Limit.LifespanShutdownTime,
    });

    public override void InstanceStarted() => metrics.InstanceStarted();

    public override void InstanceRefused() => metrics.InstanceRefused();

    public override void InstanceEnded(string application, AsgiScope scope, InstanceEnding ending)
    {
        metrics.InstanceEnded(ending.Kind);
        if (ending.Kind == EndingKind.Failed)
        {
            Log.ApplicationRaised(Logger, ending.Error!, application, ScopeText.Of(scope));
        }
        else if (ending is { Kind: EndingKind.Finished, Reason: { } omission })
        {
            Log.ApplicationOmitted(Logger, application, ScopeText.Of(scope), omission);
        }
        else if (ending.Error is { } error and not (ClientDisconnectedException or OperationCanceledException))
        {
            Log.ApplicationRaisedAfterDisconnect(Logger, error, application, ScopeText.Of(scope));
        }
    }

    public override void CancellationIgnored(string instance) => Log.CancellationIgnored(Logger, instance);

    public override void DriverRaised(Exception error, string instance) => Log.DriverRaised(Logger, error, instance);

    public override void LifespanStarted(string application) => Log.LifespanStarted(Logger, application);

    public override void LifespanNotSupported(string application, string seen) => Log.LifespanNotSupported(Logger, application, seen);

    public override void LifespanRaised(Exception error, string application) => Log.LifespanRaised(Logger, error, application);

    public override void LifespanShutdownFailed(string application, string failure) =>
        Log.LifespanShutdownFailed(Logger, application, failure);

    public override void LifespanShutdownTimedOut(string application, TimeSpan limit) =>
        Log.LifespanShutdownTimedOut(Logger, application, limit.TotalSeconds);

    public override void LifespanStillRunning(string application, TimeSpan limit) =>
        Log.LifespanStillRunning(Logger, application, limit.TotalSeconds);

    public override void Draining(int running) => Log.Draining(Logger, running, Limits.DrainTime.TotalSeconds);

    /// <summary>The bridge's own stop is never in a hurry.</summary>
    public override void DrainCutShort(string instance, bool hurry) =>
        Log.DrainLimitReached(Logger, Limits.DrainTime.TotalSeconds, instance);

    public override void LeftBehind(string instance) => Log.LeftBehind(Logger, instance);

    public override void Drained() => Log.Drained(Logger);
}
