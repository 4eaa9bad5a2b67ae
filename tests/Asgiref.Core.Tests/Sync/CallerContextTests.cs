using Asgiref.Core.Scopes;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

/// <summary>
/// Nothing of the library comes back to the synchronization context of who called it, unless the caller awaits it there:
/// that thread may be blocked.
/// </summary>
public class CallerContextTests
{
    private static readonly DedicatedThreadOptions OneThread = new(
        "test", MaxThreads: 1, MaxQueueLength: 1, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan, TimeSpan.FromMinutes(10), TimeProvider.System);

    [Fact]
    public async Task The_task_of_a_call_does_not()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var hold = new Hold();
        var action = DeadContext.Call(() => SyncToAsync.Run(hold.Wait).AsTask());
        var function = DeadContext.Call(() => SyncToAsync.Run(() => 1).AsTask());
        hold.Release();

        await action.WithDeadline();
        Assert.Equal(1, await function.WithDeadline());
    }

    [Fact]
    public async Task A_task_in_a_context_of_its_own_does_not()
    {
        var goOn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = CallContext.Capture();
        // The function itself chooses to.
        var running = DeadContext.Call(() => context.RunAsync(async AsgiTask<int> () => await goOn.Task.ConfigureAwait(false)));
        goOn.SetResult(1);

        Assert.Equal(1, await running.WithDeadline());
    }

    [Fact]
    public async Task An_application_with_a_thread_of_its_own_does_not()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var application = ThreadSensitiveContext.PerInstance(async (_, _, _) => await goOn.Task.ConfigureAwait(false));
        var running = DeadContext.Call(() => application(new LifespanScope(), null!, null!));
        goOn.SetResult();
        await running.WithDeadline();

        // Its end waits for the thread.
        using var hold = new Hold();
        var left = ThreadSensitiveContext.PerInstance((_, _, _) =>
        {
            _ = SyncToAsync.Run(hold.Wait);
            return Task.CompletedTask;
        });
        var ending = DeadContext.Call(() => left(new LifespanScope(), null!, null!));
        Assert.False(ending.IsCompleted);
        hold.Release();
        await ending.WithDeadline();
    }

    [Fact]
    public async Task Work_that_waits_for_a_thread_and_the_end_of_the_threads_do_not()
    {
        var threads = new DedicatedThreadCache(OneThread);
        using var hold = new Hold();
        using var cancellation = new CancellationTokenSource();
        var running = threads.RunAsync(new Work(hold.Wait)).AsTask();
        await hold.Entered.WithDeadline();
        var waiting = DeadContext.Call(() => threads.RunAsync(new Work(() => { }), cancellation.Token).AsTask());
        Assert.False(waiting.IsCompleted);
        hold.Release();
        await waiting.WithDeadline();
        await running.WithDeadline();

        using var again = new Hold();
        running = threads.RunAsync(new Work(again.Wait)).AsTask();
        await again.Entered.WithDeadline();
        var ending = DeadContext.Call(() => threads.DisposeAsync().AsTask());
        Assert.False(ending.IsCompleted);
        again.Release();
        await ending.WithDeadline();
        await running.WithDeadline();
    }

    [Fact]
    public Task A_thread_that_blocks_on_asynchronous_work_does_not() => OnThread.Run(() =>
    {
        SynchronizationContext.SetSynchronizationContext(new DeadContext());
        var caller = Thread.CurrentThread;
        var first = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WhenItBlocks(() => first.SetResult(1));
        Assert.Equal(1, BlockingWait.For(new ValueTask<int>(first.Task)));
        WhenItBlocks(second.SetResult);
        BlockingWait.For(new ValueTask(second.Task));

        void WhenItBlocks(Action action) => _ = Task.Run(async () =>
        {
            await WaitUntil.HoldsAsync(() => caller.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            action();
        });
    });

    [Fact]
    [Covers("CTX-14")]
    public async Task An_awaited_method_of_the_librarys_task_does_unless_told_otherwise()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            await Elsewhere();
            Assert.Same(loop, EventLoop.Current);
            Assert.Equal(1, await ElsewhereWithResult());
            Assert.Same(loop, EventLoop.Current);
            await Elsewhere().ConfigureAwait(true);
            Assert.Same(loop, EventLoop.Current);
            await Elsewhere().ConfigureAwait(false);
            Assert.Null(EventLoop.Current);
        }).WithDeadline();
        await loop.RunAsync(async () =>
        {
            Assert.Equal(1, await ElsewhereWithResult().ConfigureAwait(true));
            Assert.Same(loop, EventLoop.Current);
            Assert.Equal(1, await ElsewhereWithResult().ConfigureAwait(false));
            Assert.Null(EventLoop.Current);
        }).WithDeadline();

        static async AsgiTask Elsewhere() => await ElsewhereWithResult().ConfigureAwait(false);

        static async AsgiTask<int> ElsewhereWithResult()
        {
            var loop = EventLoop.Current!;
            // The caller is given the time to begin its wait: it and this are posted to the loop in that order.
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(_ => turn.SetResult(), null);
            await turn.Task.ConfigureAwait(false);
            return 1;
        }
    }

    [Fact]
    [Covers("SYNC-01")]
    public async Task An_awaited_call_with_a_result_does_unless_told_otherwise()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            Assert.Equal(1, await Held());
            Assert.Same(loop, EventLoop.Current);
            Assert.Equal(1, await Held().ConfigureAwait(true));
            Assert.Same(loop, EventLoop.Current);
            Assert.Equal(1, await Held().ConfigureAwait(false));
            Assert.Null(EventLoop.Current);
        }).WithDeadline();

        static SyncCall<int> Held()
        {
            // Ends after its caller has begun to wait.
            var turn = new ManualResetEventSlim();
            EventLoop.Current!.Post(_ => turn.Set(), null);
            return SyncToAsync.Run(
                () =>
                {
                    Assert.True(turn.Wait(Deadline.Default));
                    return 1;
                },
                SyncToAsyncOptions.Pooled);
        }
    }

    private sealed class Work(Action action) : ThreadWork
    {
        protected override void Execute() => action();
    }
}
