using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Instances;
using Bridge.Server.Workers.Serving;

namespace Bridge.Server.Workers;

/// <summary>
/// One instance on its way through the workers: it gets a place, waits for one, and goes to another worker when it is
/// refused. Once a worker has accepted it, it stays there.
/// </summary>
internal sealed class WorkerInstance(WorkerApplication application, LiveInstances<WorkerInstance> live, AsgiScope scope, IDriver driver)
    : ILiveInstance<WorkerInstance>
{
    private readonly WorkerContext _context = application.Context;
    private readonly RemoteInstance _remote =
        new(application.Name, scope, driver, application.Context.Limits.GraceTime, application.Context.Clock);

    private readonly PlaceSearch _search = new(application);
    private bool _hasStarted;
    private ServeRun? _served;
    private string? _stopReason;

    public WorkerInstance? Previous { get; set; }

    public WorkerInstance? Next { get; set; }

    public AsgiScope Scope => scope;

    public IDriver Driver => driver;

    /// <summary>The instance for the sessions that it tries.</summary>
    public RemoteInstance Remote => _remote;

    public async Task<InstanceEnding> RunAsync()
    {
        if (live.TryAdd(this) != Admission.Admitted)
        {
            return Report(EndingOf(WaitOutcome.Closed));
        }

        try
        {
            return Report(await RouteAsync());
        }
        catch (Exception error)
        {
            Log.RoutingFailed(_context.Logger, error, application.Name, ScopeText.Of(scope));
            return Report(new InstanceEnding(EndingKind.Failed, default, ErrorText.Of(error), error));
        }
        finally
        {
            live.Remove(this);
        }
    }

    /// <summary>Ends the instance on the bridge's behalf.</summary>
    public void Stop(string reason)
    {
        Volatile.Write(ref _stopReason, reason);
        _remote.Stop(reason);
        Volatile.Read(ref _served)?.Stop(reason);
    }

    /// <summary>It runs at a call of <c>Serve</c>, for good: that is whom a stop must tell.</summary>
    public void RunsAt(ServeRun served)
    {
        Volatile.Write(ref _served, served);
        if (Volatile.Read(ref _stopReason) is { } reason)
        {
            served.Stop(reason);
        }
    }

    /// <summary>Which instance, and where it is: one line of a stop report (ASK-06).</summary>
    public string Describe() =>
        $"{application.Name} ({ScopeText.Of(scope)}), {(_search.Place is { } place ? $"on session {place.Worker.Name}" : "waiting for a worker")}";

    private async Task<InstanceEnding> RouteAsync()
    {
        while (true)
        {
            var outcome = await _search.TakeAsync(process: null, driver.Disconnected);
            if (outcome != WaitOutcome.Given)
            {
                return EndingOf(outcome);
            }

            var (ending, mayGoElsewhere) = await RunAtAsync(_search.Place!);
            if (!mayGoElsewhere || !_search.MayRepeat())
            {
                return ending;
            }

            _context.Metrics.Replayed();
        }
    }

    private async Task<PlacedRun> RunAtAsync(OfferedPlaces place)
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            _context.BridgeMetrics.InstanceStarted();
        }

        var run = await ((IInstancePeer)place.Worker).RunAsync(place, this);
        if (run.MayGoElsewhere)
        {
            _context.Metrics.Refused();
            Log.InstanceRefused(_context.Logger, place.Worker.Name, application.Name, ScopeText.Of(scope), run.Ending.Reason);
        }

        return run;
    }

    private InstanceEnding EndingOf(WaitOutcome outcome) => outcome switch
    {
        WaitOutcome.Left => InstanceEnding.Left(driver),
        WaitOutcome.Closed => Refused("The bridge is stopping.", EndingCause.Draining),
        WaitOutcome.Forgotten => Refused($"No worker has come back to application {application.Name}.", EndingCause.NotFound),
        WaitOutcome.LineIsFull => Refused(
            $"{_context.Options.QueueLength} instances of application {application.Name} wait for a worker already ({WorkerOptions.Section}:{nameof(WorkerOptions.QueueLength)}).",
            EndingCause.Overloaded),
        _ => Refused(
            $"No worker had a place for application {application.Name} within {_context.Options.QueueTime} ({WorkerOptions.Section}:{nameof(WorkerOptions.QueueTime)}).",
            EndingCause.Overloaded),
    };

    private static InstanceEnding Refused(string reason, EndingCause cause) => new(EndingKind.Refused, default, reason) { Cause = cause };

    private InstanceEnding Report(InstanceEnding ending)
    {
        if (_hasStarted)
        {
            _context.BridgeMetrics.InstanceEnded(ending.Kind);
        }
        else if (ending.Kind == EndingKind.Refused)
        {
            _context.BridgeMetrics.InstanceRefused();
        }

        var session = _search.Place?.Worker.Name ?? "";
        switch (ending)
        {
            case { Kind: EndingKind.Failed }:
                Log.InstanceFailed(_context.Logger, session, application.Name, ScopeText.Of(scope), ending.Reason);
                break;
            case { Kind: EndingKind.Lost }:
                _context.Metrics.Lost();
                Log.InstanceLost(_context.Logger, session, application.Name, ScopeText.Of(scope), ending.Reason);
                break;
            case { Kind: EndingKind.Finished, Reason: { } omission }:
                Log.InstanceOmitted(_context.Logger, session, application.Name, ScopeText.Of(scope), omission);
                break;
        }

        return ending;
    }
}
