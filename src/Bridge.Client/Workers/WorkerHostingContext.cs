using Asgiref.Core;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.Workers;

/// <summary>Logs and counts what the applications of a worker do.</summary>
internal sealed class WorkerHostingContext(
    HostingLimits limits, TimeProvider clock, ILogger logger, WorkerMetrics metrics, Recycler recycler) : HostingContext(limits, clock)
{
    public override void Reached(HostingLimit limit) => metrics.Reached(limit);

    public override void InstanceStarted()
    {
        metrics.InstanceStarted();
        recycler.InstanceStarted();
    }

    public override void InstanceRefused() => metrics.InstanceRefused();

    public override void InstanceEnded(string application, AsgiScope scope, InstanceEnding ending)
    {
        metrics.InstanceEnded(ending.Kind);
        if (ending.Kind == EndingKind.Failed)
        {
            WorkerLog.ApplicationRaised(logger, ending.Error!, application, ScopeText.Of(scope));
        }
        else if (ending is { Kind: EndingKind.Finished, Reason: { } omission })
        {
            WorkerLog.ApplicationOmitted(logger, application, ScopeText.Of(scope), omission);
        }
        else if (ending.Error is { } error and not (ClientDisconnectedException or OperationCanceledException))
        {
            WorkerLog.ApplicationRaisedAfterDisconnect(logger, error, application, ScopeText.Of(scope));
        }
    }

    public override void CancellationIgnored(string instance) => WorkerLog.CancellationIgnored(logger, instance);

    public override void DriverRaised(Exception error, string instance) => WorkerLog.DriverRaised(logger, error, instance);

    public override void LifespanStarted(string application) => WorkerLog.LifespanStarted(logger, application);

    public override void LifespanNotSupported(string application, string seen) => WorkerLog.LifespanNotSupported(logger, application, seen);

    public override void LifespanRaised(Exception error, string application) => WorkerLog.LifespanRaised(logger, error, application);

    public override void LifespanShutdownFailed(string application, string failure) =>
        WorkerLog.LifespanShutdownFailed(logger, application, failure);

    public override void LifespanShutdownTimedOut(string application, TimeSpan limit) =>
        WorkerLog.LifespanShutdownTimedOut(logger, application, limit.TotalSeconds);

    public override void LifespanStillRunning(string application, TimeSpan limit) =>
        WorkerLog.LifespanStillRunning(logger, application, limit.TotalSeconds);

    public override void Draining(int running) => WorkerLog.Draining(logger, running, Limits.DrainTime.TotalSeconds);

    public override void DrainCutShort(string instance, bool hurry)
    {
        if (hurry)
        {
            WorkerLog.DrainHurried(logger, instance);
        }
        else
        {
            WorkerLog.DrainLimitReached(logger, Limits.DrainTime.TotalSeconds, instance);
        }
    }

    public override void LeftBehind(string instance) => WorkerLog.LeftBehind(logger, instance);

    public override void Drained() => WorkerLog.Drained(logger);
}
