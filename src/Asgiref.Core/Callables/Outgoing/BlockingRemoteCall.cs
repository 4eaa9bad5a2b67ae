using System.Diagnostics;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>
/// A call into another process that blocks its caller. It is what <see cref="AsyncToSync"/> would be around an awaited one,
/// but needs no event loop: nothing of the application runs on this side while the call is out, except what comes back for
/// the blocked thread, which pumps.
/// </summary>
[StackTraceHidden]
internal sealed class BlockingRemoteCall : OutgoingCall
{
    private readonly CurrentThreadExecutor _waiter;

    private BlockingRemoteCall(CallableRegistry registry, string callable, CurrentThreadExecutor waiter)
        : base(registry, callable) => _waiter = waiter;

    /// <summary>Makes the call and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">This thread runs an event loop; nothing was called (A2S-09).</exception>
    public static TOut Run<TIn, TOut>(
        CallableRegistry registry,
        RemoteFunction<TIn, TOut> function,
        ICallTransport transport,
        TIn argument,
        CancellationToken cancellationToken)
    {
        BlockingCall.ThrowIfOnLoop();
        LocalFlow.Adopt();
        var flow = SyncFlow.Current;
        var caller = SyncWork.Current;
        var waiter = new CurrentThreadExecutor(flow.Pump) { Caller = flow.Ancestor };
        var call = new BlockingRemoteCall(registry, function.Name, waiter);
        caller?.EnterBlockedFrame();
        try
        {
            // A thread of the pool never takes the calls of a flow that has a thread of its own elsewhere (SYNC-30).
            var inside = caller is { IsThreadSensitive: false } ? flow : flow with { Pump = waiter };
            call.Start(transport, function.Input, argument, function.CallTime, inside, CallToken.Join(cancellationToken));
            waiter.RunUntilCompleted();
        }
        finally
        {
            caller?.LeaveBlockedFrame();
        }

        return call.GetResult(function.Output, applies: true);
    }

    protected override void Completed() => _waiter.Complete();
}
