using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Tests.Sync.Diagnostics;

namespace Asgiref.Core.Tests.Sync;

/// <summary>One test for each branch of the rule, in its order.</summary>
public class ExecutorChoiceTests
{
    [Fact]
    [Covers("SYNC-21", "TSC-12", "DEAD-04")]
    public Task First_comes_the_pump_of_the_flow_also_before_a_context() => OnThread.Run(() =>
    {
        var found = AsyncToSync.Run(async () =>
        {
            await using var context = ThreadSensitiveContext.Enter();
            return await SyncToAsync.Run(() => Thread.CurrentThread);
        });
        Assert.Same(Thread.CurrentThread, found);
    });

    [Fact]
    [Covers("SYNC-21", "DEAD-04")]
    public async Task Second_comes_the_worker_of_the_context()
    {
        await using var context = ThreadSensitiveContext.Enter();
        Assert.Equal("asgiref worker", await SyncToAsync.Run(() => Thread.CurrentThread.Name));
        Assert.True(context.Worker.HasThread);
    }

    [Fact]
    [Covers("SYNC-21", "SYNC-26", "CTE-11")]
    public Task Third_comes_the_pump_of_the_loop_for_code_without_context() => OnThread.Run(() =>
    {
        var found = AsyncToSync.Run(() =>
        {
            using (ExecutionContext.SuppressFlow())
            {
                return Task.Factory.StartNew(
                    async () => await SyncToAsync.Run(() => Thread.CurrentThread),
                    CancellationToken.None,
                    TaskCreationOptions.None,
                    EventLoop.Current!.Scheduler).Unwrap();
            }
        });
        Assert.Same(Thread.CurrentThread, found);
    });

    [Fact]
    [Covers("SYNC-26")]
    public Task A_call_under_a_time_out_keeps_to_its_thread() => OnThread.Run(() =>
    {
        var found = AsyncToSync.Run(async () => await SyncToAsync.Run(() => AsyncToSync.Run(async () =>
        {
            var call = AsgiTask.Create(async () => await SyncToAsync.Run(() => Thread.CurrentThread));
            await Task.WhenAny(call, Task.Delay(Deadline.Default));
            return await call.WaitAsync(Deadline.Default);
        })));
        Assert.Same(Thread.CurrentThread, found);
    });

    [Fact]
    [Covers("SYNC-21", "DEAD-01", "DEAD-02")]
    public async Task Fourth_a_call_that_would_wait_for_its_own_ancestor_is_refused()
    {
        var error = await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(BlockOnItself).AsTask().WithDeadline());
        Assert.Matches(
            $@"^Single thread executor already being used, would deadlock: \S+ needs the thread that \S+{nameof(BlockOnItself)}\S+ occupies, " +
            @"and that call is not waiting in AsyncToSync\.$",
            error.Message);
        Assert.Equal(1, await SyncToAsync.Run(() => 1).AsTask().WithDeadline());

        static int BlockOnItself() => Task.Run(async () => await SyncToAsync.Run(() => 1)).GetAwaiter().GetResult();
    }

    [Fact]
    [Covers("DEAD-01")]
    public async Task The_thread_of_a_context_and_that_of_a_blocked_caller_are_guarded_alike()
    {
        await using (ThreadSensitiveContext.Enter())
        {
            await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(Block).AsTask().WithDeadline());
        }

        await OnThread.Run(() => AsyncToSync.Run(async () =>
        {
            await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(Block).AsTask());
        }));

        static int Block() => Task.Run(async () => await SyncToAsync.Run(() => 1)).GetAwaiter().GetResult();
    }

    [Fact]
    [Covers("DEAD-01")]
    public async Task An_ancestor_is_found_also_behind_calls_that_have_ended_meanwhile()
    {
        await using var context = ThreadSensitiveContext.Enter();
        var error = await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(Block).AsTask().WithDeadline());
        Assert.Contains(nameof(Block), error.Message, StringComparison.Ordinal);

        // The task belongs to a call that ends at once; in a call of the task's the thread is needed.
        static void Block() => AsgiTask.Create(async () =>
        {
            Task? task = null;
            var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await SyncToAsync.Run(
                () =>
                {
                    task = Task.Run(async () =>
                    {
                        await goOn.Task;
                        await SyncToAsync.Run(() => SyncToAsync.Run(() => { }).AsTask().GetAwaiter().GetResult(), SyncToAsyncOptions.Pooled);
                    });
                },
                SyncToAsyncOptions.Pooled);
            goOn.SetResult();
            await task!;
        }).GetAwaiter().GetResult();
    }

    [Fact]
    [Covers("DEAD-01")]
    public async Task An_ancestor_is_found_also_behind_a_call_on_another_thread()
    {
        var error = await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(HoldProcessThread).AsTask().WithDeadline());
        Assert.Contains(nameof(HoldProcessThread), error.Message, StringComparison.Ordinal);

        // It waits for a call on the thread of a context, which leaves the context and needs the thread of the process.
        static void HoldProcessThread() => Task.Run(async () =>
        {
            var context = ThreadSensitiveContext.Enter();
            await SyncToAsync.Run(() => LeaveAndCall(context)).AsTask().WithDeadline();
        }).GetAwaiter().GetResult();

        static void LeaveAndCall(ThreadSensitiveContext context)
        {
            var left = context.DisposeAsync();
            Assert.False(left.IsCompleted);
            SyncToAsync.Run(() => { }).AsTask().WithDeadline().GetAwaiter().GetResult();
        }
    }

    [Fact]
    [Covers("A2S-13", "SYNC-05")]
    public async Task Code_that_has_left_its_loops_thread_still_belongs_to_the_loop()
    {
        var executor = new CountingExecutor();
        await using var loop = EventLoop.Start(new EventLoopOptions { DefaultExecutor = executor });
        var inner = await loop.RunAsync(() => Task.Run(async () => await SyncToAsync.Run(
            () => AsyncToSync.Run(() => Task.FromResult(EventLoop.Current)), SyncToAsyncOptions.Pooled))).WithDeadline();
        Assert.Same(loop, inner);
        Assert.Equal(1, executor.Calls);
    }

    [Fact]
    [Covers("A2S-13", "SYNC-05")]
    public async Task Code_that_has_come_to_another_loops_thread_belongs_to_that_one()
    {
        var executor = new CountingExecutor();
        await using var loop = EventLoop.Start();
        await using var other = EventLoop.Start(new EventLoopOptions { DefaultExecutor = executor });
        var inner = await loop.RunAsync(() => Task.Factory.StartNew(
            async () => await SyncToAsync.Run(
                () => AsyncToSync.Run(() => Task.FromResult(EventLoop.Current)), SyncToAsyncOptions.Pooled),
            CancellationToken.None,
            TaskCreationOptions.None,
            other.Scheduler).Unwrap()).WithDeadline();
        Assert.Same(other, inner);
        Assert.Equal(1, executor.Calls);
    }

    [Fact]
    [Covers("DEAD-02", "DEAD-03")]
    public async Task Unrelated_calls_queue_and_a_task_started_by_a_call_may_call_when_that_has_ended()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int>? task = null;
        await SyncToAsync.Run(() =>
        {
            task = Task.Run(async () =>
            {
                await goOn.Task;
                return await SyncToAsync.Run(() => 1);
            });
        }).AsTask().WithDeadline();
        goOn.SetResult();
        Assert.Equal(1, await task!.WithDeadline());

        var calls = Enumerable.Range(0, 4).Select(i => Task.Run(async () => await SyncToAsync.Run(() => i)));
        var results = await Task.WhenAll(calls).WithDeadline();
        Assert.Equal([0, 1, 2, 3], results);
    }

    [Fact]
    [Covers("SYNC-30")]
    public Task A_hop_over_the_pool_does_not_move_sensitive_calls_to_its_thread() => OnThread.Run(() =>
    {
        var (hop, inner) = AsyncToSync.Run(async () => await SyncToAsync.Run(
            () => (Thread.CurrentThread, AsyncToSync.Run(async () => await SyncToAsync.Run(() => Thread.CurrentThread))),
            SyncToAsyncOptions.Pooled));
        Assert.NotSame(Thread.CurrentThread, hop);
        Assert.Same(Thread.CurrentThread, inner);
    });

    [Fact]
    [Covers("SYNC-30")]
    public async Task Nor_does_it_where_the_loop_has_no_blocked_caller()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () => await SyncToAsync.Run(() =>
        {
            var inner = AsyncToSync.Run(async () => await SyncToAsync.Run(
                () => AsyncToSync.Run(async () => await SyncToAsync.Run(() => Thread.CurrentThread)),
                SyncToAsyncOptions.Pooled));
            Assert.Same(Thread.CurrentThread, inner);
        })).WithDeadline();
    }

    [Fact]
    [Covers("SYNC-21", "A2S-30")]
    public Task A_frame_that_has_ended_is_not_counted_as_one_that_the_call_waited_for() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        var ended = new CurrentThreadExecutor(null);
        ended.Complete();
        ended.RunUntilCompleted();
        SyncFlow.Current = SyncFlow.None with { Pump = ended };

        var call = SyncToAsync.Run(() => 1);

        Assert.Equal(["asgiref.calls.queued +1 process_thread"], recorder.Take());
        Assert.Equal(1, call.AsTask().WithDeadline().GetAwaiter().GetResult());
    });

    private sealed class CountingExecutor : IWorkExecutor
    {
        private int _calls;

        public int Calls => _calls;

        public void Submit(IExecutorWork work)
        {
            Interlocked.Increment(ref _calls);
            ThreadPoolExecutor.Instance.Submit(work);
        }
    }
}
