using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync.Loops;

/// <summary>The thread of one <see cref="EventLoop"/>, lent by the cache for as long as the loop runs.</summary>
internal sealed class LoopThread(EventLoop loop) : ThreadWork
{
    [ThreadStatic]
    private static EventLoop? Running;

    /// <summary>The loop whose thread this is; null on any other thread.</summary>
    public static EventLoop? Loop => Running;

    /// <summary>The loop belongs to no caller: each call brings its own context (MAP-08).</summary>
    public override void CaptureContext()
    {
    }

    /// <summary>Tells the blocked caller directly: no pool thread lies between it and the end of the loop.</summary>
    public override void Complete()
    {
        loop.ThreadReleased();
        base.Complete();
    }

    protected override void Execute()
    {
        var clean = ExecutionContext.Capture()!;
        Running = loop;
        SynchronizationContext.SetSynchronizationContext(loop);
        try
        {
            while (loop.Take(out var item))
            {
                Run(item);
                // Whatever the callback left on the thread must not reach the next one.
                ExecutionContext.Restore(clean);
                SynchronizationContext.SetSynchronizationContext(loop);
            }
        }
        finally
        {
            // The synchronization context goes with the execution context that the work runs in.
            Running = null;
        }
    }

    private void Run(LoopItem item)
    {
        try
        {
            item.Callback(item.State);
        }
        catch (Exception error)
        {
            loop.ReportFailure(error);
        }
    }
}
