using Asgiref.Core.Local;

namespace Asgiref.Core.Sync;

/// <summary>The context that a <see cref="SyncWork"/> takes to the thread that runs it, and what it brings back (CTX-01, CTX-02).</summary>
/// <remarks>A part of the work and not an object, because each call has one.</remarks>
internal struct SyncWorkContext
{
    private CallContext? _given;
    private ExecutionContext? _seen;
    private ExecutionContext? _changed;
    private SyncFlow? _flow;
    private CancellationToken _token;

    /// <summary>The loop that the caller's asynchronous code belongs to.</summary>
    public readonly EventLoop? Loop => _flow?.Loop;

    /// <summary>Notes what the function is to see; called on the caller's thread.</summary>
    /// <param name="given">The context of the call; null for the caller's.</param>
    /// <param name="flow">Becomes the function's flow.</param>
    /// <param name="token">Becomes the function's ambient token.</param>
    public void Capture(CallContext? given, SyncFlow flow, CancellationToken token)
    {
        _given = given;
        _seen = given is null ? CallerContext.Capture() : null;
        _flow = flow;
        _token = token;
    }

    /// <summary>Runs code in the context.</summary>
    /// <exception cref="InvalidOperationException">Another call is in the given context.</exception>
    public readonly void Run(ContextCallback callback, SyncWork work) => ExecutionContext.Run(_seen ?? _given!.Enter(), callback, work);

    /// <summary>Puts the call's own state into the context; called inside it, before the function.</summary>
    /// <returns>What <see cref="Leave"/> needs.</returns>
    public readonly Entry Enter()
    {
        LocalFlow.Adopt();
        var outerFlow = SyncFlow.Current;
        var outerToken = AsgiCancellation.Token;
        SyncFlow.Current = _flow!;
        AsgiCancellation.Enter(_token);
        return new Entry(outerFlow, ExecutionContext.Capture(), outerToken);
    }

    /// <summary>Keeps what the function has changed; called inside the context, after the function.</summary>
    public void Leave(in Entry entry)
    {
        if (ExecutionContext.Capture() == entry.Start && _given is null)
        {
            return;
        }

        // The changes go to the caller; the library's own state of this call does not.
        SyncFlow.Current = entry.OuterFlow;
        AsgiCancellation.Enter(entry.OuterToken);
        var changed = ExecutionContext.Capture();
        if (_given is null)
        {
            _changed = changed;
        }
        else
        {
            _given.Leave(changed);
        }
    }

    /// <summary>Makes the changes the awaiting method's own, once.</summary>
    public void BringBack()
    {
        if (_changed is not null && Interlocked.Exchange(ref _changed, null) is { } changed)
        {
            CallerContext.BringBack(changed);
        }
    }

    /// <summary>Lets go of what only the run needed; the changes stay.</summary>
    public void Release()
    {
        _seen = null;
        _flow = null;
    }

    /// <summary>The state around a call, and the context that the function began with.</summary>
    internal readonly record struct Entry(SyncFlow OuterFlow, ExecutionContext? Start, CancellationToken OuterToken);
}
