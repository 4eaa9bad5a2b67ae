using System.Diagnostics;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Loops;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync.Blocking;

/// <summary>Runs a <see cref="LoopCall"/> while the calling thread is blocked and pumps.</summary>
[StackTraceHidden]
internal static class BlockingCall
{
    /// <summary>Runs a call that has no result.</summary>
    /// <exception cref="InvalidOperationException">This thread runs an event loop; the function was not called (A2S-09).</exception>
    /// <exception cref="ThreadLimitException">There are too many event loops; the function was not called.</exception>
    public static void Run(LoopCall call, AsyncToSyncOptions? options, CancellationToken cancellationToken)
    {
        Block(call, options ?? AsyncToSyncOptions.Default, cancellationToken);
        call.EndedTask.GetAwaiter().GetResult();
    }

    /// <summary>Runs a call that has a result.</summary>
    /// <inheritdoc cref="Run(LoopCall, AsyncToSyncOptions?, CancellationToken)"/>
    public static T Run<T>(LoopCall call, AsyncToSyncOptions? options, CancellationToken cancellationToken)
    {
        Block(call, options ?? AsyncToSyncOptions.Default, cancellationToken);
        return ((Task<T>)call.EndedTask).GetAwaiter().GetResult();
    }

    /// <exception cref="InvalidOperationException">This thread runs an event loop (A2S-09).</exception>
    public static void ThrowIfOnLoop()
    {
        if (EventLoop.Current is not null)
        {
            throw new InvalidOperationException(
                "You cannot use AsyncToSync in the same thread as an async event loop - just await the async function directly.");
        }
    }

    private static void Block(LoopCall call, AsyncToSyncOptions options, CancellationToken cancellationToken)
    {
        ThrowIfOnLoop();
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
            // The loop around the caller, else that of its single-thread scope, else a new one (A2S-10, A2S-13).
            if (options.ForceNewLoop || !(TryPost(call, caller?.Loop) || TryPost(call, flow.SingleThread?.Loop)))
            {
                StartLoop(call, options.NewLoop, waiter, pump);
            }

            waiter.RunUntilCompleted();
        }
        catch (Exception error)
        {
            call.Refused(error);
            throw;
        }
        finally
        {
            caller?.LeaveBlockedFrame();
        }

        call.BringBack(flow, ambient);
    }

    /// <summary>A loop that has ended takes nothing, and then the next one is asked (A2S-16, A2S-17).</summary>
    private static bool TryPost(LoopCall call, EventLoop? loop)
    {
        if (loop is not { IsRunning: true })
        {
            return false;
        }

        call.UseLoop(loop);
        return loop.TryPost(call);
    }

    /// <exception cref="ThreadLimitException">The loop gets no thread; the function was not called.</exception>
    private static void StartLoop(LoopCall call, EventLoopOptions options, CurrentThreadExecutor waiter, CurrentThreadExecutor? pump)
    {
        var loop = new EventLoop(options, waiter, pump);
        call.OwnLoop(loop);
        loop.TryPost(call);
        loop.StartThread();
    }
}
