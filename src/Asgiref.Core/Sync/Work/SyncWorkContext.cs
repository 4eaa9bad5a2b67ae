using System.Diagnostics;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync.Work;

/// <summary>The context that a <see cref="SyncWork"/> takes to the thread that runs it, and what it brings back (CTX-01, CTX-02).</summary>
/// <remarks>A part of the work and not an object, because each call has one.</remarks>
internal struct SyncWorkContext
{
    private CallContext? _given;
    private ExecutionContext? _seen;
    private ExecutionContext? _changed;
    private SyncFlow? _flow;
    private SyncFlow? _outerFlow;

    /// <summary>The loop that the caller's asynchronous code belongs to.</summary>
    public readonly EventLoop? Loop => _flow?.Loop;

    /// <summary>Notes what the function is to see; called on the caller's thread.</summary>
    /// <param name="given">The context of the call; null for the caller's.</param>
    /// <param name="outerFlow">The caller's flow.</param>
    /// <param name="flow">Becomes the function's flow.</param>
    public void Capture(CallContext? given, SyncFlow outerFlow, SyncFlow flow)
    {
        _given = given;
        _seen = given is null ? CallerContext.Capture() : null;
        _outerFlow = outerFlow;
        _flow = flow;
    }

    /// <summary>Runs code in the context.</summary>
    /// <param name="callback">The code.</param>
    /// <param name="work">Its argument.</param>
    /// <param name="staysInside">
    /// Whether the thread stays in the context: one of the pool, which cleans itself when the work has ended. Going back
    /// before would only make the caller, who goes on in place, change the context once more.
    /// </param>
    /// <exception cref="InvalidOperationException">Another call is in the given context.</exception>
    public readonly void Run(ContextCallback callback, SyncWork work, bool staysInside)
    {
        var context = _seen ?? _given!.Enter();
        if (staysInside)
        {
            ExecutionContext.Restore(context);
            callback(work);
        }
        else
        {
            ExecutionContext.Run(context, callback, work);
        }
    }

    /// <summary>Puts the call's own state into the context; called inside it, before the function.</summary>
    /// <param name="token">Becomes the function's ambient token.</param>
    /// <param name="observation">The call's, if it is observed.</param>
    /// <returns>What <see cref="Leave"/> needs.</returns>
    public readonly Entry Enter(in CallToken token, CallObservation? observation)
    {
        // In the caller's context they are what the caller saw; only a given context must be asked.
        var outerFlow = _given is null ? _outerFlow! : SyncFlow.Current;
        var outerToken = token.Token;
        if (!ReferenceEquals(outerFlow, _flow))
        {
            SyncFlow.Current = _flow!;
        }

        if (_given is not null || !token.IsAmbient)
        {
            outerToken = AsgiCancellation.Token;
            AsgiCancellation.Enter(token.Token);
        }

        var outerActivity = observation?.Enter();
        return new Entry(outerFlow, outerActivity, ExecutionContext.Capture(), outerToken);
    }

    /// <summary>Keeps what the function has changed; called inside the context, after the function.</summary>
    public void Leave(in Entry entry, CallObservation? observation)
    {
        if (ExecutionContext.Capture() == entry.Start && _given is null)
        {
            return;
        }

        // The changes go to the caller; the library's own state of this call does not.
        SyncFlow.Current = entry.OuterFlow;
        AsgiCancellation.Enter(entry.OuterToken);
        observation?.Leave(entry.OuterActivity);
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
        _outerFlow = null;
        _flow = null;
    }

    /// <summary>The state around a call, and the context that the function began with.</summary>
    internal readonly record struct Entry(SyncFlow OuterFlow, Activity? OuterActivity, ExecutionContext? Start, CancellationToken OuterToken);
}
