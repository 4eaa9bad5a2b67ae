using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

[Collection(WholeProcess.Name)]
public class PoolStarvationTests
{
    [Fact]
    [Covers("DEAD-06")]
    public Task Blocking_calls_end_while_no_pool_thread_is_free() => OnThread.Run(() =>
    {
        using var release = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        // More than the pool would start threads for within the deadline.
        using var left = new CountdownEvent(200 + ThreadPool.ThreadCount);
        for (var i = 0; i < left.InitialCount; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    begun.Set();
                    release.Wait();
                    left.Signal();
                },
                null);
        }

        try
        {
            Assert.True(begun.Wait(Deadline.Default));
            Assert.True(ThreadPool.PendingWorkItemCount > 0);
            var threads = AsyncToSync.Run(async () =>
            {
                var before = Thread.CurrentThread;
                await Task.Yield();
                var sensitive = await SyncToAsync.Run(() => AsyncToSync.Run(() => Task.FromResult(Thread.CurrentThread)));
                return new[] { before, Thread.CurrentThread, sensitive };
            });
            Assert.All(threads, thread => Assert.False(thread.IsThreadPoolThread));
            Assert.True(ThreadPool.PendingWorkItemCount > 0, "The pool was not short of threads all the time.");
        }
        finally
        {
            release.Set();
            left.Wait(Deadline.Default);
        }
    });
}
