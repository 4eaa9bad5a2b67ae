using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Callables.Definitions;
using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Timeouts;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>Runs the callables of a registry for other processes. Safe for concurrent use.</summary>
/// <param name="registry">Has the callables.</param>
/// <param name="calls">Finds the frames of this process that wait for a call's end.</param>
internal sealed class CallableHost(CallableRegistry registry, CallTable calls)
{
    private readonly Lock _drain = new();
    private TaskCompletionSource? _drained;
    private volatile bool _draining;
    private int _live;

    public CallableOptions Options => registry.Options;

    public CallTable Calls => calls;

    /// <summary>The threads of other processes' thread-sensitive contexts.</summary>
    public ThreadContextTable ThreadContexts { get; } =
        new(registry.Options.ThreadContexts, registry.Options.ThreadContextIdleTime, registry.Options.TimeProvider);

    /// <summary>Watches the time of the calls.</summary>
    public Deadlines Deadlines => registry.Deadlines;

    /// <summary>Hears what happens; to be set before the first call.</summary>
    public CallableObserver Observer { get; set; } = new();

    /// <summary>How many accepted calls have not really ended.</summary>
    public int LiveCalls => Volatile.Read(ref _live);

    /// <summary>
    /// Runs a call, or refuses it. Never throws. Returns at once, and no code of the application runs on this thread, unless
    /// that is allowed: so it may be the one that reads a connection.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="mayRunHere">
    /// Whether this is a work item of the thread pool that came for this call alone: then an asynchronous function that would
    /// go to the pool begins at once, and this returns when it first waits.
    /// </param>
    public void Run(IIncomingCall call, bool mayRunHere = false)
    {
        if (!TryAdmit(call.Request, out var callable, out var place, out var refusal))
        {
            Observer.CallRefused(call.Request.Callable, refusal);
            Observe(call.EndAsync(CallOutcome.Failed(refusal)), callable);
            return;
        }

        if (!call.TryAccept())
        {
            Leave(callable, place, null, started: false);
            Observe(call.EndAsync(CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, ""))), callable);
            return;
        }

        Observer.CallStarted(callable.Name);
        new IncomingCall(this, callable, call, place, mayRunHere).Begin();
    }

    /// <summary>The owner of a thread-sensitive context has left it or is lost: its thread ends with the calls it still has.</summary>
    public void EndThreadContext(Guid context) => ThreadContexts.End(context);

    /// <summary>
    /// Refuses new calls, but not those that come from one that runs here, and waits until none runs. May be called more than
    /// once. Whoever stops waiting leaves them to end by themselves.
    /// </summary>
    public Task DrainAsync()
    {
        lock (_drain)
        {
            _draining = true;
            var drained = _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

            // Whoever leaves from now on sees it, and whoever has left before is not counted below.
            Interlocked.MemoryBarrier();
            EndDrainIfNoneLives();
            return drained.Task;
        }
    }

    /// <summary>Takes calls again after a drain.</summary>
    public void Resume() => _draining = false;

    /// <summary>A call has ended, or was not taken: what it occupied is free.</summary>
    public void Leave(Callable callable, in IncomingPlace place, CallFailure? failure, bool started = true)
    {
        ThreadContexts.Leave(place.Context, started);
        if (place.HasPlace)
        {
            callable.Leave();
        }

        if (started)
        {
            Observer.CallEnded(callable.Name, failure);
        }

        CountOut();
    }

    /// <summary>Watches over the sending of an answer, which is the transport's business.</summary>
    public void Observe(Task sending, Callable? callable)
    {
        if (!sending.IsCompletedSuccessfully)
        {
            _ = ObserveAsync(sending, callable);
        }
    }

    private async Task ObserveAsync(Task sending, Callable? callable)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Observer.TransportRaised(error, callable?.Name ?? "");
        }
    }

    private bool TryAdmit(
        CallRequest request,
        [NotNullWhen(true)] out Callable? callable,
        out IncomingPlace place,
        [NotNullWhen(false)] out CallFailure? refusal)
    {
        place = default;
        callable = registry.FindLocal(request.Callable);
        if (callable is null)
        {
            refusal = new CallFailure(CallFailureKind.NotFound, $"There is no callable '{request.Callable}' here.");
            return false;
        }

        if (request.Path.Count == 0 || request.Path.Count > Options.CallDepth)
        {
            Observer.Reached(CallableLimit.CallDepth);
            refusal = new CallFailure(CallFailureKind.TooDeep, CallTable.TooDeep(request.Callable, request.Path.Count, Options));
            return false;
        }

        if (request.Timeout <= TimeSpan.Zero)
        {
            Observer.Reached(CallableLimit.CallTime);
            refusal = new CallFailure(CallFailureKind.TimedOut, $"The time of '{request.Callable}' had passed before it began.");
            return false;
        }

        return TryEnter(request, callable, out place, out refusal);
    }

    private bool TryEnter(CallRequest request, Callable callable, out IncomingPlace place, [NotNullWhen(false)] out CallFailure? refusal)
    {
        place = default;
        var frame = calls.FindFrame(request.Path);
        // What waits for the call has a place already, and would keep it for ever.
        var needsPlace = frame is null;
        if (!TryCount(admitsAll: !needsPlace))
        {
            refusal = new CallFailure(CallFailureKind.Draining, $"'{request.Callable}' takes no calls any more: its process stops.");
            return false;
        }

        var use = default(ThreadContextUse);
        if (needsPlace && !callable.TryEnter())
        {
            Observer.Reached(CallableLimit.MaxConcurrentCalls);
            refusal = new CallFailure(
                CallFailureKind.Overloaded,
                $"{callable.Settings.MaxConcurrentCalls} calls of '{request.Callable}' run already ({nameof(CallableSettings.MaxConcurrentCalls)}).");
        }
        else if (request.ThreadContext is { } id && !ThreadContexts.TryEnter(id, out use))
        {
            Observer.Reached(CallableLimit.ThreadContexts);
            refusal = new CallFailure(
                CallFailureKind.Overloaded,
                $"{Options.ThreadContexts} thread-sensitive contexts have a thread here already ({nameof(CallableOptions.ThreadContexts)}).");
            place = new IncomingPlace(frame, default, needsPlace);
        }
        else
        {
            place = new IncomingPlace(frame, use, needsPlace);
            refusal = null;
            return true;
        }

        Leave(callable, place, null, started: false);
        return false;
    }

    private bool TryCount(bool admitsAll)
    {
        // First: so that a drain that begins now either waits for this call or refuses it.
        Interlocked.Increment(ref _live);
        if (!_draining || admitsAll)
        {
            return true;
        }

        CountOut();
        return false;
    }

    private void CountOut()
    {
        if (Interlocked.Decrement(ref _live) == 0 && Volatile.Read(ref _drained) is not null)
        {
            lock (_drain)
            {
                EndDrainIfNoneLives();
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void EndDrainIfNoneLives()
    {
        if (LiveCalls == 0)
        {
            _drained?.SetResult();
            _drained = null;
        }
    }
}
