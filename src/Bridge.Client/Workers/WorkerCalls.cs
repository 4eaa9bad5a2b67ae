using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Calls;
using Bridge.Protocol.Sessions;

namespace Bridge.Client.Workers;

/// <summary>
/// Carries the calls of this process out over whichever of a worker's sessions takes them, so that callbacks find it. While
/// no session is up they wait, within limits. Safe for concurrent use.
/// </summary>
internal sealed class WorkerCalls(BridgeWorkerOptions options, WorkerMetrics metrics) : ICallTransport, ICallDetour
{
    private readonly Lock _gate = new();
    private SessionCalls[] _sessions = [];
    private TaskCompletionSource _changed = NewSignal();
    private string? _ended;
    private int _waiting;

    public Guid Peer { get; } = WireId.FromBytes(options.ProcessId);

    /// <summary>A session can take calls.</summary>
    public void Add(Session session)
    {
        lock (_gate)
        {
            _sessions = [.. _sessions, new SessionCalls(session, options.TimeProvider)];
        }

        Changed();
    }

    /// <summary>A session is over.</summary>
    public void Remove(Session session)
    {
        lock (_gate)
        {
            _sessions = [.. _sessions.Where(calls => calls.Session != session)];
        }
    }

    /// <summary>No session comes any more: what waits for one fails.</summary>
    public void End(string reason)
    {
        Interlocked.CompareExchange(ref _ended, reason, null);
        Changed();
    }

    public void Send(IOutgoingCall call)
    {
        if (!call.TakesItems && Pick() is { } session)
        {
            session.Send(call, detour: this);
        }
        else
        {
            CarriedCall.Start(call, (call, left) => CarryAsync(call, refused: null, left));
        }
    }

    void ICallDetour.NotTaken(SessionCalls session, IOutgoingCall call, CallOutcome outcome)
    {
        if (IsUsable(session.Session))
        {
            // It refuses for a reason of its own, and would do so again at once.
            call.End(outcome);
        }
        else
        {
            CarriedCall.Start(call, (call, left) => CarryAsync(call, refused: [session], left));
        }
    }

    public void EndThreadContext(Guid context)
    {
        // Its calls may have gone over any of them.
        foreach (var calls in Volatile.Read(ref _sessions))
        {
            calls.EndThreadContext(context);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CallOutcome Failed(CallFailureKind kind, string message) => CallOutcome.Failed(new CallFailure(kind, message));

    /// <summary>Carries a call over one session after the other, and waits for a session if there is none.</summary>
    private async Task<CallOutcome> CarryAsync(IOutgoingCall outgoing, List<SessionCalls>? refused, CancellationToken cancellationToken)
    {
        Func<CallPayload, ValueTask>? onItem = outgoing.TakesItems ? outgoing.TakeItemAsync : null;
        var call = new PreparedCall(outgoing.Request);
        while (true)
        {
            var changed = Volatile.Read(ref _changed);
            if ((Pick() ?? PickDrained(refused)) is { } session)
            {
                var attempt = await session.TryCallAsync(call, onItem, cancellationToken).ConfigureAwait(false);
                if (!attempt.MayGoElsewhere)
                {
                    return attempt.Outcome;
                }

                if (IsUsable(session.Session))
                {
                    // It refuses for a reason of its own, and would do so again at once.
                    return attempt.Outcome;
                }

                (refused ??= []).Add(session);
            }
            else
            {
                var began = options.TimeProvider.GetTimestamp();
                if (await WaitAsync(call.Request, changed.Task, cancellationToken).ConfigureAwait(false) is { } failure)
                {
                    return failure;
                }

                call = Shorten(call.Request, options.TimeProvider.GetElapsedTime(began));
            }
        }
    }

    /// <summary>The session that carries the fewest calls.</summary>
    private SessionCalls? Pick()
    {
        SessionCalls? best = null;
        foreach (var calls in Volatile.Read(ref _sessions))
        {
            if (IsUsable(calls.Session) && (best is null || calls.Session.OpenedHere < best.Session.OpenedHere))
            {
                best = calls;
            }
        }

        return best;
    }

    /// <summary>
    /// A session whose bridge drains and that has not refused the call: it takes the calls of what it still runs here. Which
    /// ones those are the session knows.
    /// </summary>
    private SessionCalls? PickDrained(List<SessionCalls>? refused) => Volatile.Read(ref _sessions)
        .FirstOrDefault(calls => calls.Session is { PeerDrains: true, Ending: null } && refused?.Contains(calls) != true);

    private static bool IsUsable(Session session) => !session.PeerDrains && session.Ending is null;

    /// <summary>Waits until another session may be there. Gives the outcome if it did not come in time.</summary>
    private async Task<CallOutcome?> WaitAsync(CallRequest request, Task changed, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _ended) is { } reason)
        {
            return Failed(CallFailureKind.Draining, $"'{request.Callable}' cannot be called any more: {reason}");
        }

        if (Interlocked.Increment(ref _waiting) > options.WaitingCalls)
        {
            Interlocked.Decrement(ref _waiting);
            metrics.Reached(CallWaitLimit.WaitingCalls);
            return Failed(CallFailureKind.Overloaded, $"{options.WaitingCalls} calls wait for a session with the bridge already ({nameof(options.WaitingCalls)}).");
        }

        var limit = request.Timeout < options.SessionWaitTime ? request.Timeout.Value : options.SessionWaitTime;
        try
        {
            await changed.WaitAsync(limit, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            metrics.Reached(CallWaitLimit.SessionWaitTime);
            return Failed(
                CallFailureKind.Draining,
                $"'{request.Callable}' was not called: no session with the bridge at {options.Address} came up within {limit.TotalSeconds:0.###} s ({nameof(options.SessionWaitTime)}).");
        }
        catch (OperationCanceledException)
        {
            return Failed(CallFailureKind.Cancelled, "");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static PreparedCall Shorten(CallRequest request, TimeSpan waited) =>
        new(request.Timeout is { } time ? request with { Timeout = time - waited } : request);

    private void Changed() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
}
