using System.Diagnostics;
using Asgiref.Core.Local;

namespace Asgiref.Core.Sync;

/// <summary>Runs a <see cref="LoopCall"/> while the calling thread is blocked and pumps.</summary>
[StackTraceHidden]
internal static class BlockingCall
{
    public static void Run(LoopCall call, AsyncToSyncOptions options, CancellationToken cancellationToken)
    {
        if (EventLoop.Current is not null)
        {
            throw new InvalidOperationException(
                "You cannot use AsyncToSync in the same thread as an async event loop - just await the async function directly.");
        }

        LocalFlow.Adopt();
        var flow = SyncFlow.Current;
        var ambient = AsgiCancellation.Token;
        var caller = SyncWork.Current;
        var waiter = new CurrentThreadExecutor(flow.Pump) { Caller = flow.Ancestor };
        // A thread of the pool never takes the calls of a flow that has a thread of its own elsewhere (SYNC-30).
        var pump = caller is { IsThreadSensitive: false } ? null : waiter;
        using var token = CallToken.Join(cancellationToken);
        call.Prepare(flow, waiter, pump, token);
        caller?.EnterBlockedFrame();
        try
        {
            Post(call, options.ForceNewLoop ? null : caller?.Loop, options.ForceNewLoop ? null : flow.SingleThread, waiter, pump);
            waiter.RunUntilCompleted();
        }
        finally
        {
            caller?.LeaveBlockedFrame();
        }

        call.BringBack(flow, ambient);
    }

    /// <summary>The loop around the caller, else that of its single-thread scope, else a new one (A2S-10, A2S-13, A2S-16, A2S-17).</summary>
    private static void Post(
        LoopCall call, EventLoop? around, AsyncSingleThreadContext? scope, CurrentThreadExecutor waiter, CurrentThreadExecutor? pump)
    {
        if (around is { IsRunning: true })
        {
            call.UseLoop(around);
            if (around.TryPost(call))
            {
                return;
            }
        }

        if (scope?.Loop is { IsRunning: true } kept)
        {
            call.UseLoop(kept);
            if (kept.TryPost(call))
            {
                return;
            }
        }

        var loop = new EventLoop(EventLoopOptions.Default, waiter, pump);
        call.OwnLoop(loop);
        loop.TryPost(call);
        loop.StartThread();
    }
}
