using System.ComponentModel;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

public class SyncToAsyncTests
{
    private static readonly SyncToAsyncOptions Pooled = SyncToAsyncOptions.Pooled;

    [Fact]
    [Covers("SYNC-01", "SYNC-18")]
    public async Task A_synchronous_function_is_awaited_for_its_result()
    {
        Assert.Equal(42, await SyncToAsync.Run(() => 42).AsTask().WithDeadline());
        Assert.Equal("a1", await SyncToAsync.Run(static pair => $"{pair.Text}{pair.Number}", (Text: "a", Number: 1)).AsTask().WithDeadline());
        var ran = false;
        await SyncToAsync.Run(() => { ran = true; }).AsTask().WithDeadline();
        Assert.True(ran);
    }

    [Fact]
    [Covers("SYNC-02", "SYNC-03", "SYNC-04")]
    public async Task By_default_calls_run_in_order_on_one_thread_of_the_process()
    {
        var order = new List<int>();
        var threads = new HashSet<Thread>();
        var calls = Enumerable.Range(0, 6).Select(i => SyncToAsync.Run(() =>
        {
            order.Add(i);
            threads.Add(Thread.CurrentThread);
        }).AsTask()).ToList();

        await Task.WhenAll(calls).WithDeadline();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => SyncToAsync.Run(() => throw new TimeZoneNotFoundException()).AsTask().WithDeadline());
        await SyncToAsync.Run(() => { threads.Add(Thread.CurrentThread); }).AsTask().WithDeadline();

        Assert.Equal([0, 1, 2, 3, 4, 5], order);
        var thread = Assert.Single(threads);
        Assert.True(thread.IsBackground);
        Assert.False(thread.IsThreadPoolThread);
        Assert.Equal("asgiref thread-sensitive", thread.Name);
    }

    [Fact]
    [Covers("SYNC-23")]
    public async Task Below_asynchronous_code_concurrent_calls_share_a_thread_that_is_not_the_loops()
    {
        await using var loop = EventLoop.Start();
        var (own, threads) = await loop.RunAsync(async () =>
        {
            var calls = Enumerable.Range(0, 2).Select(_ => AsgiTask.Create(async () => await SyncToAsync.Run(() => Thread.CurrentThread)));
            return (Thread.CurrentThread, await Task.WhenAll(calls));
        }).WithDeadline();
        Assert.Same(threads[0], threads[1]);
        Assert.NotSame(own, threads[0]);
    }

    [Fact]
    [Covers("SYNC-28")]
    public async Task A_sensitive_function_that_blocks_keeps_the_others_from_running()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var hold = new Hold();
        var order = new List<string>();
        var blocking = SyncToAsync.Run(() =>
        {
            hold.Wait();
            order.Add("blocking");
        }).AsTask();
        await hold.Entered.WithDeadline();
        var starved = SyncToAsync.Run(() => order.Add("starved")).AsTask();
        await SyncToAsync.Run(() => { }, Pooled).AsTask().WithDeadline();
        Assert.False(starved.IsCompleted);
        hold.Release();
        await Task.WhenAll(blocking, starved).WithDeadline();
        Assert.Equal(["blocking", "starved"], order);
    }

    [Fact]
    [Covers("SYNC-05", "SYNC-29")]
    public async Task Calls_that_are_not_sensitive_run_side_by_side_on_the_pool()
    {
        using var both = new Barrier(2);
        var meeting = () =>
        {
            Assert.True(both.SignalAndWait(Deadline.Default));
            return Thread.CurrentThread.IsThreadPoolThread;
        };

        var first = SyncToAsync.Run(meeting, Pooled);
        var second = SyncToAsync.Run(meeting, Pooled);

        Assert.True(await first.AsTask().WithDeadline());
        Assert.True(await second.AsTask().WithDeadline());
    }

    [Fact]
    public async Task The_caller_of_a_pooled_call_goes_on_in_place()
    {
        var (function, caller, _) = await PooledCall(static () => { });

        Assert.Same(function, caller);
    }

    [Fact]
    public async Task A_synchronization_context_that_a_pooled_function_leaves_behind_does_not_reach_its_caller()
    {
        var left = new SynchronizationContext();

        var (_, _, seen) = await PooledCall(() => SynchronizationContext.SetSynchronizationContext(left));

        Assert.NotSame(left, seen);
    }

    [Fact]
    [Covers("SYNC-05")]
    public async Task The_pool_of_a_loop_is_its_own_choice()
    {
        var executor = new CountingExecutor();
        await using var loop = EventLoop.Start(new EventLoopOptions { DefaultExecutor = executor });

        await loop.RunAsync(async () => await SyncToAsync.Run(() => { }, Pooled)).WithDeadline();

        Assert.Equal(1, executor.Submits);

        var given = new CountingExecutor();
        await loop.RunAsync(async () => await SyncToAsync.Run(() => { }, Pooled with { Executor = given })).WithDeadline();
        Assert.Equal((1, 1), (given.Submits, executor.Submits));
    }

    [Fact]
    [Covers("SYNC-06")]
    public async Task A_given_executor_gets_one_submit_for_each_call()
    {
        var executor = new CountingExecutor();
        var wrapped = SyncToAsync.Wrap((int i) => i + 1, new SyncToAsyncOptions { ThreadSensitive = false, Executor = executor });

        Assert.Equal(2, await wrapped.InvokeAsync(1).AsTask().WithDeadline());
        Assert.Equal(3, await wrapped.InvokeAsync(2).AsTask().WithDeadline());
        Assert.Equal(2, executor.Submits);
    }

    [Fact]
    [Covers("SYNC-06")]
    public async Task A_task_scheduler_serves_as_an_executor()
    {
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        var options = new SyncToAsyncOptions { ThreadSensitive = false, Executor = new TaskSchedulerExecutor(scheduler) };

        Assert.Same(scheduler, await SyncToAsync.Run(() => TaskScheduler.Current, options).AsTask().WithDeadline());
    }

    [Fact]
    [Covers("SYNC-06")]
    public async Task An_executor_of_tasks_can_give_each_call_a_thread_of_its_own()
    {
        var options = Pooled with { Executor = new TaskSchedulerExecutor(TaskScheduler.Default, TaskCreationOptions.LongRunning) };

        Assert.False(await SyncToAsync.Run(() => Thread.CurrentThread.IsThreadPoolThread, options).AsTask().WithDeadline());
    }

    [Fact]
    [Covers("SYNC-07")]
    public void An_executor_for_a_sensitive_function_is_refused_at_once()
    {
        var options = new SyncToAsyncOptions { Executor = ThreadPoolExecutor.Instance };

        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap(() => 1, options));
        Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(() => 1, options); });
    }

    [Fact]
    [Covers("SYNC-09", "SYNC-10", "SYNC-11")]
    public void Asynchronous_functions_are_refused_at_once()
    {
        static async void AsyncVoid() => await Task.Yield();
        var callable = new AsyncCallableObject();

        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap(() => Task.CompletedTask));
        Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(() => new ValueTask<int>(1)); });
        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap((string text) => callable.InvokeAsync(text)));
        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap((Delegate)callable.InvokeAsync));
        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap((Delegate)AsyncVoid));
        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap(AsyncSequence));
    }

    [Fact]
    [Covers("SYNC-12", "SYNC-14", "SYNC-15", "SYNC-16")]
    public async Task A_wrapper_tells_what_it_wraps_and_keeps_its_options()
    {
        var target = new CallableObject();
        var wrapped = SyncToAsync.Wrap(target.Describe, Pooled);

        Assert.Same(target, wrapped.Target);
        Assert.Equal(nameof(CallableObject.Describe), wrapped.Method.Name);
        Assert.True(wrapped.Method.IsDefined(typeof(DescriptionAttribute), inherit: false));
        Assert.Equal("CallableObject.Describe", wrapped.Name);
        Assert.Equal("SyncToAsync(CallableObject.Describe)", wrapped.ToString());
        Assert.Same(Pooled, wrapped.Options);
        Assert.Equal("the object's own", await wrapped.InvokeAsync().AsTask().WithDeadline());
        var untyped = SyncToAsync.Wrap((Delegate)target.Describe);
        Assert.Same(target, untyped.Target);
        Assert.Equal(wrapped.Method, untyped.Method);
        Assert.Equal("SyncToAsync(CallableObject.Describe)", untyped.ToString());
    }

    [Fact]
    [Covers("SYNC-17")]
    public void A_wrapper_counts_as_asynchronous_and_the_function_does_not()
    {
        var function = () => 1;

        Assert.False(AsyncCallable.IsAsync(function));
        Assert.True(AsyncCallable.IsAsync(SyncToAsync.Wrap(function).InvokeAsync));
        Assert.True(AsyncCallable.IsAsync(async AsgiTask () => await Task.Yield()));
    }

    [Fact]
    [Covers("SYNC-18")]
    public async Task The_untyped_wrapper_passes_arguments_on_untouched_and_throws_the_same_exception()
    {
        var error = new TimeZoneNotFoundException();
        var join = SyncToAsync.Wrap((Delegate)((string a, int b) => $"{a}{b}"), Pooled);
        var fail = SyncToAsync.Wrap((Delegate)(Action)(() => throw error), Pooled);

        Assert.Equal("x7", await join.InvokeAsync(["x", 7]).AsTask().WithDeadline());
        Assert.Same(error, await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => fail.InvokeAsync([]).AsTask().WithDeadline()));
    }

    [Fact]
    [Covers("SYNC-20")]
    public async Task A_wrapper_made_anywhere_works_on_many_loops_and_on_none()
    {
        var wrapped = SyncToAsync.Wrap(() => 5);
        await using var first = EventLoop.Start();
        await using var second = EventLoop.Start();

        Assert.Equal(5, await first.RunAsync(async () => await wrapped.InvokeAsync()).WithDeadline());
        Assert.Equal(5, await second.RunAsync(async () => await wrapped.InvokeAsync()).WithDeadline());
        Assert.Equal(5, await wrapped.InvokeAsync().AsTask().WithDeadline());
    }

    [Fact]
    [Covers("SYNC-01")]
    public async Task An_await_comes_back_to_its_loop_unless_told_otherwise()
    {
        await using var loop = EventLoop.Start();

        await loop.RunAsync(async () =>
        {
            await SyncToAsync.Run(() => { });
            Assert.Same(loop, EventLoop.Current);
            using var held = new ManualResetEventSlim();
            var call = SyncToAsync.Run(() => Assert.True(held.Wait(Deadline.Default)), Pooled);
            var release = Task.Run(held.Set);
            await call.ConfigureAwait(false);
            Assert.Null(EventLoop.Current);
            await release;
        }).WithDeadline();
    }

    private static async IAsyncEnumerable<int> AsyncSequence()
    {
        await Task.Yield();
        yield return 1;
    }

    private sealed class AsyncCallableObject
    {
        private readonly int _extra = 1;

        public Task<int> InvokeAsync(string text) => Task.FromResult(text.Length + _extra);
    }

    private sealed class CallableObject
    {
        public string Context { get; } = "the object's own";

        [Description("An attribute to be found through the wrapper.")]
        public string Describe() => Context;
    }

    /// <summary>Makes a call on the pool that ends after its caller has begun to wait for it.</summary>
    /// <returns>The thread of the function, and the caller's thread and synchronization context afterwards.</returns>
    private static async Task<(Thread? Function, Thread Caller, SynchronizationContext? Context)> PooledCall(Action function)
    {
        using var waits = new ManualResetEventSlim();
        var ended = new TaskCompletionSource<(Thread, SynchronizationContext?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread? thread = null;
        var awaiter = SyncToAsync.Run(
            () =>
            {
                thread = Thread.CurrentThread;
                Assert.True(waits.Wait(Deadline.Default));
                function();
            },
            Pooled).ConfigureAwait(false).GetAwaiter();
        awaiter.UnsafeOnCompleted(() => ended.SetResult((Thread.CurrentThread, SynchronizationContext.Current)));
        waits.Set();
        var (caller, context) = await ended.Task.WithDeadline();
        awaiter.GetResult();
        return (thread, caller, context);
    }

    private sealed class CountingExecutor : IWorkExecutor
    {
        private int _submits;

        public int Submits => _submits;

        public void Submit(IExecutorWork work)
        {
            Interlocked.Increment(ref _submits);
            ThreadPoolExecutor.Instance.Submit(work);
        }
    }
}
