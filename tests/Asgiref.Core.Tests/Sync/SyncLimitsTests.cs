using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

public class SyncLimitsTests
{
    private static readonly DedicatedThreadOptions OneThread = new(
        "test", MaxThreads: 1, MaxQueueLength: 0, TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(10), TimeProvider.System);

    [Fact]
    public async Task A_loop_refuses_tasks_beyond_its_bound_and_never_a_continuation()
    {
        var loop = EventLoop.Start(new EventLoopOptions { MaxQueuedCalls = 1, StopTimeout = Timeout.InfiniteTimeSpan });
        var before = SyncLimits.RefusedCalls;
        using var hold = new Hold();
        loop.Post(_ => hold.Wait(), null);
        await hold.Entered.WithDeadline();
        var first = loop.RunAsync(() => Task.FromResult(1));
        Assert.Equal(1, loop.QueuedCalls);

        var error = Assert.Throws<ThreadLimitException>(() => { _ = loop.RunAsync(() => Task.FromResult(2)); });
        var continuations = Enumerable.Range(0, 10).Select(_ => Continue(loop)).ToList();
        hold.Release();

        Assert.Matches(
            @"^The event loop: 1 calls wait for its thread already \(MaxQueuedCalls\)\. .+ has the loop_thread \(managed thread \d+\)\.$",
            error.Message);
        Assert.True(SyncLimits.RefusedCalls > before);
        Assert.Equal(1, await first.WithDeadline());
        await Task.WhenAll(continuations).WithDeadline();
        Assert.Equal(0, loop.QueuedCalls);
        Assert.Equal(3, await loop.RunAsync(() => Task.FromResult(3)).WithDeadline());
        // What was refused is not waited for.
        await loop.DisposeAsync().WithDeadline();

        static Task Continue(EventLoop loop)
        {
            var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(_ => ran.SetResult(), null);
            return ran.Task;
        }
    }

    [Fact]
    public async Task A_full_loop_takes_the_call_of_a_blocked_function()
    {
        await using var loop = EventLoop.Start(new EventLoopOptions { MaxQueuedCalls = 1 });
        using var hold = new Hold();
        var isFull = false;
        var thread = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = loop.RunAsync(async () => await SyncToAsync.Run(
            () =>
            {
                thread.SetResult(Thread.CurrentThread);
                SpinWait.SpinUntil(() => Volatile.Read(ref isFull));
                return AsyncToSync.Run(() => Task.FromResult(EventLoop.Current));
            },
            SyncToAsyncOptions.Pooled));
        var caller = await thread.Task.WithDeadline();
        loop.Post(_ => hold.Wait(), null);
        await hold.Entered.WithDeadline();
        var first = loop.RunAsync(() => Task.CompletedTask);
        Volatile.Write(ref isFull, true);
        await WaitUntil.HoldsAsync(() => caller.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || call.IsCompleted);

        hold.Release();

        Assert.Same(loop, await call.WithDeadline());
        await first.WithDeadline();
    }

    [Fact]
    public async Task A_worker_refuses_calls_beyond_its_bound()
    {
        await using var threads = new DedicatedThreadCache(OneThread);
        await using var context = ThreadSensitiveContext.Enter(threads, maxQueuedCalls: 1);
        var before = SyncLimits.RefusedCalls;
        using var hold = new Hold();
        var running = SyncToAsync.Run(hold.Wait).AsTask();
        await hold.Entered.WithDeadline();
        var queued = SyncToAsync.Run(() => 1).AsTask();

        var error = Assert.Throws<ThreadLimitException>(() => { _ = SyncToAsync.Run(() => 2); });
        hold.Release();

        Assert.Matches(
            @"^The worker of thread-sensitive calls: 1 calls wait for its thread already \(MaxQueuedCalls\)\. Hold\.Wait has the context_thread \(managed thread \d+\)\.$",
            error.Message);
        Assert.True(SyncLimits.RefusedCalls > before);
        await running.WithDeadline();
        Assert.Equal(1, await queued.WithDeadline());
        Assert.Equal(3, await SyncToAsync.Run(() => 3).AsTask().WithDeadline());
    }

    [Fact]
    public Task A_pump_refuses_calls_beyond_its_bound() => OnThread.Run(() =>
    {
        var before = SyncLimits.RefusedCalls;
        var pump = new CurrentThreadExecutor(null, maxQueuedCalls: 1);
        var ran = 0;
        ThreadLimitException? error = null;
        OnThread.Aside(() =>
        {
            pump.Submit(new Work(() => ran++));
            error = Assert.Throws<ThreadLimitException>(() => pump.Submit(new Work(() => Assert.Fail("ran"))));
        });
        pump.Complete();
        pump.RunUntilCompleted();
        Assert.Equal(1, ran);
        // It pumps nothing yet.
        Assert.Equal("The pump of a blocked caller: 1 calls wait for its thread already (MaxQueuedCalls).", error?.Message);
        Assert.True(SyncLimits.RefusedCalls > before);
    });

    [Fact]
    public async Task A_loop_or_a_context_beyond_the_bound_of_threads_is_refused_and_counted()
    {
        await using var threads = new DedicatedThreadCache(OneThread);
        var options = new EventLoopOptions { Threads = threads };
        var loop = EventLoop.Start(options);

        var error = Assert.Throws<ThreadLimitException>(() => { _ = EventLoop.Start(options); });
        Assert.Contains("all 1 threads are busy", error.Message, StringComparison.Ordinal);
        var blocking = new AsyncToSyncOptions { NewLoop = options };
        await OnThread.Run(() => Assert.Throws<ThreadLimitException>(() => AsyncToSync.Run(
            () =>
            {
                Assert.Fail("ran");
                return Task.CompletedTask;
            },
            blocking)));
        await using var context = ThreadSensitiveContext.Enter(threads);
        Assert.Throws<ThreadLimitException>(() => { _ = SyncToAsync.Run(() => Assert.Fail("ran")); });
        Assert.Equal(3, threads.RefusedCount);

        // A free thread serves again all that was refused.
        await loop.DisposeAsync().WithDeadline();
        Assert.Equal(1, await OnThread.Run(() => AsyncToSync.Run(() => Task.FromResult(1), blocking)));
        Assert.Equal(2, await SyncToAsync.Run(() => 2).AsTask().WithDeadline());
        Assert.Equal(3, threads.RefusedCount);
        Assert.Equal(4096, SyncLimits.MaxThreads);
        Assert.True(SyncLimits.RefusedThreads >= 0);
    }

    [Fact]
    public async Task A_worker_that_has_ended_takes_nothing()
    {
        await using var threads = new DedicatedThreadCache(OneThread);
        var worker = new SerialWorker(threads);
        await worker.CompleteAsync().WithDeadline();

        Assert.True(worker.IsCompleted);
        Assert.False(worker.HasThread);
        Assert.False(worker.TrySubmit(new Work(() => Assert.Fail("ran"))));
        var error = Assert.Throws<InvalidOperationException>(() => worker.Submit(new Work(() => Assert.Fail("ran"))));
        Assert.Equal("The worker of this thread-sensitive context has ended.", error.Message);
        Assert.Equal(0, threads.ThreadCount);
    }

    private sealed class Work(Action action) : IExecutorWork
    {
        public void Execute() => action();

        public void Refuse(Exception reason) => Assert.Fail("refused");
    }
}
