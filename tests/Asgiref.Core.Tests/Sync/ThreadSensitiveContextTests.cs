using System.Runtime.CompilerServices;
using Asgiref.Core.Scopes;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

public class ThreadSensitiveContextTests
{
    [Fact]
    [Covers("TSC-01", "TSC-03", "TSC-11")]
    public async Task All_calls_of_a_context_and_of_those_inside_share_one_thread()
    {
        await using var outer = ThreadSensitiveContext.Enter();
        var direct = await SyncToAsync.Run(() => Thread.CurrentThread);
        var inTask = await Task.Run(async () => await SyncToAsync.Run(() => Thread.CurrentThread)).WithDeadline();
        Thread nested;
        await using (ThreadSensitiveContext.Enter())
        {
            nested = await SyncToAsync.Run(() => Thread.CurrentThread);
        }

        Assert.Same(direct, inTask);
        Assert.Same(direct, nested);
        Assert.Same(direct, await SyncToAsync.Run(() => Thread.CurrentThread));
    }

    [Fact]
    [Covers("TSC-02")]
    public async Task Two_contexts_run_in_parallel()
    {
        using var both = new Barrier(2);
        await Task.WhenAll(Task.Run(MeetAsync), Task.Run(MeetAsync)).WithDeadline();

        async Task MeetAsync()
        {
            await using var context = ThreadSensitiveContext.Enter();
            Assert.True(await SyncToAsync.Run(() => both.SignalAndWait(Deadline.Default)));
        }
    }

    [Fact]
    [Covers("TSC-04")]
    public async Task A_context_without_calls_takes_no_thread()
    {
        var context = ThreadSensitiveContext.Enter();
        await context.DisposeAsync();
        Assert.False(context.Worker.HasThread);
    }

    [Fact]
    [Covers("TSC-05")]
    public async Task The_exit_gives_the_thread_back()
    {
        await using var threads = new DedicatedThreadCache(new DedicatedThreadOptions(
            "test", MaxThreads: 1, MaxQueueLength: 0, TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(10), TimeProvider.System));
        for (var i = 0; i < 10; i++)
        {
            await using var context = ThreadSensitiveContext.Enter(threads);
            Assert.Equal("test", await SyncToAsync.Run(() => Thread.CurrentThread.Name));
        }

        Assert.Equal(0, threads.RefusedCount);
    }

    [Fact]
    [Covers("TSC-13")]
    public async Task Each_instance_of_an_application_can_have_a_context_of_its_own()
    {
        using var both = new Barrier(2);
        var workers = new List<SerialWorker>();
        var application = ThreadSensitiveContext.PerInstance(async (_, _, _) =>
        {
            var first = await SyncToAsync.Run(() =>
            {
                Assert.True(both.SignalAndWait(Deadline.Default));
                return Thread.CurrentThread;
            });
            Assert.Same(first, await SyncToAsync.Run(() => Thread.CurrentThread));
            lock (workers)
            {
                workers.Add(SyncFlow.Current.SensitiveContext!.Worker);
            }
        });

        await Task.WhenAll(Call(), Call()).WithDeadline();

        Assert.Equal(2, workers.Distinct().Count());
        Assert.All(workers, worker => Assert.True(worker.IsCompleted));
        Assert.Null(SyncFlow.Current.SensitiveContext);

        Task Call() => Task.Run(() => application(new LifespanScope(), _ => throw new NotSupportedException(), (_, _) => throw new NotSupportedException()));
    }

    [Fact]
    [Covers("TSC-05", "TSC-06", "TSC-07", "TSC-09")]
    public async Task The_exit_waits_for_queued_calls_without_holding_the_loop_that_they_need()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            var context = ThreadSensitiveContext.Enter();
            var sawLoop = false;
            var running = SyncToAsync.Run(() => AsyncToSync.Run(async () =>
            {
                await Task.Yield();
                sawLoop = EventLoop.Current == loop;
            })).AsTask();
            var ran = false;
            var queued = SyncToAsync.Run(() => { ran = true; }).AsTask();
            var exit = context.DisposeAsync();
            Assert.Null(SyncFlow.Current.SensitiveContext);
            await exit;
            Assert.True(ran);
            Assert.True(sawLoop);
            await Task.WhenAll(running, queued);
            Assert.Equal("asgiref thread-sensitive", await SyncToAsync.Run(() => Thread.CurrentThread.Name));
        }).WithDeadline();
    }

    [Fact]
    [Covers("TSC-08")]
    public async Task An_exit_that_nobody_waits_for_any_more_ends_quietly()
    {
        using var hold = new ManualResetEventSlim();
        var context = ThreadSensitiveContext.Enter();
        var running = SyncToAsync.Run(() => Assert.True(hold.Wait(Deadline.Default))).AsTask();
        var exit = context.DisposeAsync().AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exit.WaitAsync(new CancellationToken(canceled: true)));
        hold.Set();
        await exit.WithDeadline();
        await running.WithDeadline();
    }

    [Fact]
    [Covers("TSC-10")]
    public async Task A_forgotten_context_gives_its_thread_back()
    {
        var worker = await Forget().WithDeadline();
        await WaitUntil.CollectedAsync(() => worker.IsCompleted);
        await worker.CompleteAsync().WithDeadline();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Task<SerialWorker> Forget() => Task.Run(async () =>
        {
            var context = ThreadSensitiveContext.Enter();
            await SyncToAsync.Run(() => { });
            return context.Worker;
        });
    }

    [Fact]
    [Covers("TSC-03", "TSC-10")]
    public async Task A_forgotten_context_inside_another_leaves_that_one_its_thread()
    {
        await using var outer = ThreadSensitiveContext.Enter();
        var thread = await SyncToAsync.Run(() => Thread.CurrentThread);
        var forgotten = Forget();
        await WaitUntil.CollectedAsync(() => !forgotten.IsAlive);
        GC.WaitForPendingFinalizers();

        Assert.False(outer.Worker.IsCompleted);
        Assert.Same(thread, await SyncToAsync.Run(() => Thread.CurrentThread));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Forget() => new(ThreadSensitiveContext.Enter());
    }

    [Fact]
    [Covers("TSC-03", "TSC-09")]
    public async Task The_exit_ends_only_its_own_context_and_only_once()
    {
        using var hold = new Hold();
        var other = ThreadSensitiveContext.Enter();
        var leaving = SyncFlow.Current;
        SyncFlow.Current = leaving with { SensitiveContext = null };
        await using var context = ThreadSensitiveContext.Enter();
        var running = SyncToAsync.Run(hold.Wait).AsTask();
        await hold.Entered.WithDeadline();

        await using (ThreadSensitiveContext.Enter())
        {
        }

        Assert.Same(context, SyncFlow.Current.SensitiveContext);
        await other.DisposeAsync().WithDeadline();
        Assert.Same(context, SyncFlow.Current.SensitiveContext);

        var exit = context.DisposeAsync().AsTask();
        Assert.False(exit.IsCompleted);
        await context.DisposeAsync().WithDeadline();
        Assert.False(exit.IsCompleted);
        hold.Release();
        await exit.WithDeadline();
        await running.WithDeadline();
    }

    [Fact]
    [Covers("TSC-11")]
    public async Task An_exception_in_the_context_passes_through() =>
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () =>
        {
            await using var context = ThreadSensitiveContext.Enter();
            await SyncToAsync.Run(() => throw new TimeZoneNotFoundException());
        });
}
