using Asgiref.Core.Hosting;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Bridge.Server.Sessions;
using Bridge.Server.Workers;

namespace Bridge.Server.Callables;

/// <summary>Takes every call that comes to the bridge to where it runs, by the four rules of docs/protocol.md. Safe for concurrent use.</summary>
internal sealed class CallRouter
{
    private const string Stopping = "The bridge is stopping.";

    private readonly CallContext _context;
    private readonly CallableDirectory _directory;
    private readonly IHostedCallables _hosted;
    private readonly ThreadContexts _threads;
    private readonly ContextPlaces _places;
    private readonly BridgeNode _node;
    private readonly LiveInstances<RoutedCall> _late = new(int.MaxValue);
    private volatile bool _closed;

    public CallRouter(CallContext context, CallableDirectory directory, IHostedCallables hosted, ThreadContexts threads, BridgeNode node)
    {
        _context = context;
        _directory = directory;
        _hosted = hosted;
        _threads = threads;
        _places = new ContextPlaces(context);
        _node = node;
        context.Metrics.Show(directory.Figures, () => Live.Count, () => threads.Count);
    }

    /// <summary>Everything that is under way, but what was let in although the bridge stops.</summary>
    public LiveInstances<RoutedCall> Live { get; } = new(int.MaxValue);

    /// <summary>Runs a call to its end. Never throws. Most calls of functions of the bridge have ended when it returns.</summary>
    public Task RunAsync(CallTarget target, ReadOnlyMemory<byte> head, ICallOrigin origin)
    {
        var call = new RoutedCall(target, head, origin, _context);
        if (_closed && !IsDescendant(call))
        {
            origin.Refuse(RefusedCode.Draining, Stopping);
            _context.Metrics.Ended(CallEndingKind.Refused);
            return Task.CompletedTask;
        }

        // One that is let in although the bridge stops is not waited for itself: the one that it comes from is.
        call.IsLate = Live.TryAdd(call) != Admission.Admitted && _late.TryAdd(call) == Admission.Admitted;
        _context.Metrics.Started();
        call.Start();
        var routing = RouteSafely(call);
        if (routing.IsCompletedSuccessfully)
        {
            return EndAsync(call, routing.Result);
        }

        call.WatchTime();
        return EndAsync(call, routing);
    }

    /// <summary>From now on only calls are let in that come from others under way: else those could not end.</summary>
    public void Close() => _closed = true;

    /// <summary>Looks at everything under way, which only a stopping bridge can afford.</summary>
    private bool IsDescendant(RoutedCall call) =>
        call.Path.Count > 1 && (Live.Any(static (other, call) => call.ComesFrom(other), call) || _late.Any(static (other, call) => call.ComesFrom(other), call));

    private async Task EndAsync(RoutedCall call, ValueTask<CallEnding> routing)
    {
        CallEnding ending;
        try
        {
            ending = await routing;
        }
        catch (Exception error)
        {
            ending = EndingOf(call, error);
        }

        await EndAsync(call, ending);
    }

    /// <summary>The caller need not wait any more.</summary>
    private Task EndAsync(RoutedCall call, CallEnding ending)
    {
        var kind = call.Finish(ending);
        _context.Metrics.Ended(kind);
        Report(call, kind, ending);
        (call.IsLate ? _late : Live).Remove(call);
        if (!ending.Returned.IsCompleted)
        {
            return LeaveAsync(call, ending.Returned);
        }

        Leave(call);
        return Task.CompletedTask;
    }

    private async Task LeaveAsync(RoutedCall call, Task returned)
    {
        await returned;
        Leave(call);
    }

    /// <summary>The function has really returned.</summary>
    private void Leave(RoutedCall call)
    {
        if (call.Thread is { } thread)
        {
            _threads.Leave(thread);
        }

        call.Origin.End();
    }

    private ValueTask<CallEnding> RouteSafely(RoutedCall call)
    {
        try
        {
            return Route(call);
        }
        catch (Exception error)
        {
            return new ValueTask<CallEnding>(EndingOf(call, error));
        }
    }

    private CallEnding EndingOf(RoutedCall call, Exception error)
    {
        if (error is OperationCanceledException && call.HasLeft)
        {
            return CallEnding.Left();
        }

        Log.RoutingFailed(_context.Logger, error, call.Callable);
        return CallEnding.Lost("The bridge failed.");
    }

    private ValueTask<CallEnding> Route(RoutedCall call)
    {
        if (call.Path.Count > _context.Options.CallDepth)
        {
            _context.BridgeMetrics.Reached(Limit.CallDepth);
            return new ValueTask<CallEnding>(CallEnding.Refused(
                RefusedCode.TooDeep,
                $"The call of {call.Callable} is the {call.Path.Count}th in its path; at most {_context.Options.CallDepth} are taken ({CallableOptions.Section}:{nameof(CallableOptions.CallDepth)})."));
        }

        if (call.ThreadContext is { } id && (call.Thread = _threads.Enter(id, call.Origin.Owner, call.Path[^1].Peer)) is null)
        {
            return new ValueTask<CallEnding>(CallEnding.Refused(
                RefusedCode.Overloaded,
                $"The processes of {_context.Options.ThreadContexts} thread-sensitive contexts are remembered ({CallableOptions.Section}:{nameof(CallableOptions.ThreadContexts)})."));
        }

        return call.Path.Count > 1 ? RouteDescendantAsync(call) : RouteByName(call);
    }

    private async ValueTask<CallEnding> RouteDescendantAsync(RoutedCall call) => await TryAncestorsAsync(call) ?? await RouteByName(call);

    /// <summary>Rules 2 to 4.</summary>
    private ValueTask<CallEnding> RouteByName(RoutedCall call)
    {
        if (_hosted.Find(call.Callable) is { } hosted)
        {
            call.OnPlaced("the bridge");
            return hosted.RunAsync(call);
        }

        return _directory.TryFind(call.Callable, out var callable)
            ? RunAtWorkersAsync(call, callable)
            : new ValueTask<CallEnding>(CallEnding.Refused(RefusedCode.NotFound, $"There is no callable {call.Callable}."));
    }

    /// <summary>Rule 1. A call that comes from no other has no ancestor, and its maker holds no place for it.</summary>
    private async ValueTask<CallEnding?> TryAncestorsAsync(RoutedCall call)
    {
        for (var index = call.Path.Count - 1; index >= 0; index--)
        {
            var process = call.Path[index].Peer;
            if (process == _node.Value)
            {
                if (_hosted.Find(call.Callable) is { } hosted)
                {
                    call.OnPlaced("the bridge");
                    return await hosted.RunAsync(call);
                }

                continue;
            }

            foreach (var session in _directory.SessionsOf(process, call.Callable))
            {
                call.OnPlaced(session.Session.Name);

                // Before it ends: its owner may end or be lost meanwhile, and the process is to hear of that.
                _places.Remember(call.Thread, process);
                var ending = await session.RunAsync(place: null, call);
                if (!ending.MayGoElsewhere)
                {
                    return ending;
                }

                OnRefused(call, session.Session.Name, ending);
            }
        }

        return null;
    }

    /// <summary>Rules 2 and 4.</summary>
    private async ValueTask<CallEnding> RunAtWorkersAsync(RoutedCall call, WorkerCallable callable)
    {
        var search = new PlaceSearch(callable);
        while (true)
        {
            var outcome = await _places.TakeAsync(search, callable, call.Thread, call.Left);
            if (outcome != WaitOutcome.Given)
            {
                return EndingOf(outcome, callable);
            }

            var worker = (ICallPeer)search.Place!.Worker;
            call.OnPlaced(worker.Name);
            var ending = await worker.RunAsync(search.Place, call);
            if (!ending.MayGoElsewhere)
            {
                return ending;
            }

            _places.Forget(call.Thread, worker.Process);
            OnRefused(call, worker.Name, ending);
            if (!search.MayRepeat())
            {
                return ending;
            }

            _context.Metrics.Replayed();
        }
    }

    private void OnRefused(RoutedCall call, string worker, CallEnding ending)
    {
        call.OnRefused();
        _context.Metrics.RefusedByWorker();
        Log.CallRefused(_context.Logger, worker, call.Callable, ending.Reason);
    }

    private CallEnding EndingOf(WaitOutcome outcome, WorkerCallable callable) => outcome switch
    {
        WaitOutcome.Left => CallEnding.Left(),
        WaitOutcome.Closed => CallEnding.Refused(RefusedCode.Draining, Stopping),
        WaitOutcome.Forgotten => CallEnding.Refused(RefusedCode.NotFound, $"No worker has come back to callable {callable.Name}."),
        WaitOutcome.LineIsFull => CallEnding.Refused(
            RefusedCode.Overloaded,
            $"{_context.Workers.Options.QueueLength} calls of {callable.Name} wait for a worker already ({WorkerOptions.Section}:{nameof(WorkerOptions.QueueLength)})."),
        _ => CallEnding.Refused(
            RefusedCode.Overloaded,
            $"No worker had a place for callable {callable.Name} within {_context.Workers.Options.QueueTime} ({WorkerOptions.Section}:{nameof(WorkerOptions.QueueTime)})."),
    };

    private void Report(RoutedCall call, CallEndingKind kind, CallEnding ending)
    {
        if (kind is CallEndingKind.Lost or CallEndingKind.TimedOut)
        {
            Log.CallLost(_context.Logger, call.Callable, call.Origin.Name, call.Leaving?.Reason ?? ending.Reason);
        }
    }
}
