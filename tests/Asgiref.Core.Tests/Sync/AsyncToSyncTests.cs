using System.Diagnostics;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

public class AsyncToSyncTests
{
    [Fact]
    [Covers("A2S-01", "A2S-11", "A2S-25")]
    public Task An_asynchronous_function_is_called_from_a_plain_thread_for_its_result() => OnThread.Run(() =>
    {
        Assert.Equal(3, AsyncToSync.Run(async () =>
        {
            await Task.Yield();
            return 3;
        }));
        var ran = false;
        AsyncToSync.Run(async () =>
        {
            await Task.Yield();
            ran = true;
        });
        Assert.True(ran);
    });

    [Fact]
    [Covers("A2S-01")]
    public Task Tasks_and_value_tasks_of_methods_are_taken_alike() => OnThread.Run(() =>
    {
        Assert.Equal(1, AsyncToSync.Run(One));
        Assert.Equal(2, AsyncToSync.Run(Two));
        AsyncToSync.Run(Nothing);
        AsyncToSync.Run(NothingAtAll);

        static async Task<int> One() => await Task.FromResult(1);
        static async ValueTask<int> Two() => await new ValueTask<int>(2);
        static Task Nothing() => Task.CompletedTask;
        static async ValueTask NothingAtAll() => await Task.Yield();
    });

    [Fact]
    [Covers("A2S-04", "A2S-05", "A2S-14", "A2S-21")]
    public async Task A_wrapper_tells_its_target_and_finds_the_loop_at_each_call()
    {
        var client = new Client("a");
        var wrapped = AsyncToSync.Wrap<string, string>(client.JoinAsync);
        Assert.Same(client, wrapped.Target);
        Assert.Equal("ab", await OnThread.Run(() => wrapped.Invoke("b")));
        Assert.NotNull(client.Loop);

        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () => await SyncToAsync.Run(() => wrapped.Invoke("c"))).WithDeadline();
        Assert.Same(loop, client.Loop);
    }

    [Fact]
    [Covers("A2S-09")]
    public async Task It_is_refused_on_the_thread_of_a_loop_and_the_function_is_not_called()
    {
        await using var loop = EventLoop.Start();
        var called = false;

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => loop.RunAsync(() =>
        {
            AsyncToSync.Run(() =>
            {
                called = true;
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        }).WithDeadline());

        Assert.Contains("just await the async function directly", error.Message, StringComparison.Ordinal);
        Assert.False(called);
    }

    [Fact]
    [Covers("A2S-10", "A2S-24")]
    public Task Without_a_loop_around_a_new_one_runs_on_another_thread_from_the_first_step_on() => OnThread.Run(() =>
    {
        Thread? first = null;
        Thread? second = null;
        EventLoop? loop = null;
        AsyncToSync.Run(async () =>
        {
            first = Thread.CurrentThread;
            loop = EventLoop.Current;
            await Task.Yield();
            second = Thread.CurrentThread;
        });
        Assert.NotSame(Thread.CurrentThread, first);
        Assert.Same(first, second);
        Assert.False(loop!.IsRunning);
    });

    [Fact]
    [Covers("A2S-12")]
    public async Task It_works_on_a_helper_thread_that_asynchronous_code_has_started()
    {
        await using var loop = EventLoop.Start();
        var inner = await loop.RunAsync(() => Task.Run(() => AsyncToSync.Run(() => Task.FromResult(EventLoop.Current)))).WithDeadline();
        Assert.NotSame(loop, inner);
    }

    [Fact]
    [Covers("A2S-13", "SYNC-27")]
    public async Task Inside_a_synchronous_call_the_code_runs_on_the_loop_around_it()
    {
        await using var loop = EventLoop.Start();
        var (before, inside) = await loop.RunAsync(async () =>
        {
            var thread = Thread.CurrentThread;
            return (thread, await SyncToAsync.Run(() => AsyncToSync.Run(() => Task.FromResult(Thread.CurrentThread))));
        }).WithDeadline();
        Assert.Same(before, inside);

        // A worker that has served a loop keeps nothing of it.
        var later = await SyncToAsync.Run(() => AsyncToSync.Run(() => Task.FromResult(EventLoop.Current))).AsTask().WithDeadline();
        Assert.NotSame(loop, later);
    }

    [Fact]
    [Covers("SYNC-27")]
    public async Task A_thread_that_has_served_a_call_keeps_no_loop_of_it_and_is_its_own_again()
    {
        var executor = new AskingExecutor();
        await using var loop = EventLoop.Start(new EventLoopOptions { DefaultExecutor = executor });
        await loop.RunAsync(async () => await SyncToAsync.Run(() => { }, SyncToAsyncOptions.Pooled)).WithDeadline();
        var (later, thread, sensitive) = await executor.Later.Task.WithDeadline();
        Assert.NotSame(loop, later);
        Assert.Same(thread, sensitive);
    }

    [Fact]
    [Covers("A2S-31")]
    public async Task The_thread_of_the_new_loop_is_free_when_the_call_has_ended()
    {
        await using var threads = new DedicatedThreadCache(new DedicatedThreadOptions(
            "test", MaxThreads: 1, MaxQueueLength: 0, TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(10), TimeProvider.System));
        var options = new AsyncToSyncOptions { NewLoop = new EventLoopOptions { Threads = threads } };
        await OnThread.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                AsyncToSync.Run(() => Task.CompletedTask, options);
            }
        });
        Assert.Equal(1, threads.ThreadCount);
        Assert.Equal(0, threads.RefusedCount);
    }

    [Fact]
    [Covers("A2S-02", "A2S-19")]
    public async Task A_new_loop_can_be_forced()
    {
        await using var loop = EventLoop.Start();
        var forced = await loop.RunAsync(async () => await SyncToAsync.Run(
            () => AsyncToSync.Run(() => Task.FromResult(EventLoop.Current), new AsyncToSyncOptions { ForceNewLoop = true }))).WithDeadline();
        Assert.NotNull(forced);
        Assert.NotSame(loop, forced);
    }

    [Fact]
    [Covers("A2S-16", "A2S-17", "A2S-18")]
    public async Task When_the_loop_around_has_ended_a_new_one_is_used()
    {
        var loop = EventLoop.Start();
        using var ended = new ManualResetEventSlim();
        SyncCall<EventLoop?> call = default;
        await loop.RunAsync(() =>
        {
            call = SyncToAsync.Run(
                () =>
                {
                    Assert.True(ended.Wait(Deadline.Default));
                    return AsyncToSync.Run(() => Task.FromResult(EventLoop.Current));
                },
                SyncToAsyncOptions.Pooled);
            return Task.CompletedTask;
        }).WithDeadline();
        await loop.DisposeAsync();
        ended.Set();

        var other = await call.AsTask().WithDeadline();
        Assert.NotNull(other);
        Assert.NotSame(loop, other);
    }

    [Fact]
    [Covers("A2S-20", "A2S-31")]
    public Task The_new_loop_cancels_and_awaits_what_was_left_in_it() => OnThread.Run(() =>
    {
        var ending = "none";
        AsyncToSync.Run(async () =>
        {
            var started = new TaskCompletionSource();
            _ = AsgiTask.Create(async () =>
            {
                started.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
                }
                finally
                {
                    await Task.Yield();
                    ending = "cancelled";
                }
            });
            await started.Task;
        });
        Assert.Equal("cancelled", ending);
    });

    [Fact]
    [Covers("A2S-22", "SYNC-22", "CTX-13")]
    public Task Sensitive_calls_of_the_function_run_on_the_blocked_thread() => OnThread.Run(() =>
    {
        var threads = AsyncToSync.Run(async () =>
        {
            var direct = await SyncToAsync.Run(() => Thread.CurrentThread);
            var inTask = await AsgiTask.Create(async () => await SyncToAsync.Run(() => Thread.CurrentThread));
            var onPool = await Task.Run(async () => await SyncToAsync.Run(() => Thread.CurrentThread));
            return new[] { direct, inTask, onPool };
        });
        Assert.All(threads, thread => Assert.Same(Thread.CurrentThread, thread));
    });

    [Fact]
    [Covers("A2S-23", "SYNC-24")]
    public Task Any_depth_of_alternation_ends_on_the_synchronous_thread_also_after_a_failure() => OnThread.Run(() =>
    {
        var found = AsyncToSync.Run(async () =>
        {
            await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () => await SyncToAsync.Run(
                () => AsyncToSync.Run(async () => await SyncToAsync.Run(() => throw new TimeZoneNotFoundException()))));
            return await SyncToAsync.Run(() => AsyncToSync.Run(async () => await SyncToAsync.Run(() => Thread.CurrentThread)));
        });
        Assert.Same(Thread.CurrentThread, found);
    });

    [Fact]
    [Covers("SYNC-25")]
    public async Task Any_depth_of_alternation_ends_on_the_outer_loop_for_asynchronous_code()
    {
        await using var loop = EventLoop.Start();
        var inner = await loop.RunAsync(async () => await SyncToAsync.Run(() => AsyncToSync.Run(async () =>
            await SyncToAsync.Run(() => AsyncToSync.Run(() => Task.FromResult(EventLoop.Current)))))).WithDeadline();
        Assert.Same(loop, inner);
    }

    [Fact]
    [Covers("A2S-32")]
    public async Task Stack_traces_show_the_users_frames_and_none_of_the_adapters()
    {
        var error = await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => OnThread.Run(() => AsyncToSync.Run(FailAsync)));
        var trace = new StackTrace(error).ToString();
        Assert.Contains(nameof(FailAsync), trace, StringComparison.Ordinal);
        Assert.DoesNotContain("Asgiref.Core.Sync.", trace, StringComparison.Ordinal);

        static async Task FailAsync()
        {
            await Task.Yield();
            throw new TimeZoneNotFoundException();
        }
    }

    [Fact]
    public Task A_function_that_gives_no_task_is_an_error() => OnThread.Run(() =>
    {
        var error = Assert.Throws<InvalidOperationException>(() => AsyncToSync.Run(Task () => null!));
        Assert.Equal("The asynchronous function returned null instead of a task.", error.Message);
        Assert.Throws<ArgumentNullException>(() => AsyncToSync.Run((Func<Task>)null!));
    });

    /// <summary>Makes a blocking call on the thread that has just served one.</summary>
    private sealed class AskingExecutor : IWorkExecutor
    {
        public TaskCompletionSource<(EventLoop? Loop, Thread Thread, Thread Sensitive)> Later { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Submit(IExecutorWork work) => new Thread(() =>
        {
            work.Execute();
            var thread = Thread.CurrentThread;
            try
            {
                Later.SetResult(AsyncToSync.Run(async () => (EventLoop.Current, thread, await SyncToAsync.Run(() => Thread.CurrentThread))));
            }
            catch (Exception error)
            {
                Later.SetException(error);
            }
        })
        { IsBackground = true }.UnsafeStart();
    }

    private sealed class Client(string prefix)
    {
        public EventLoop? Loop { get; private set; }

        public Task<string> JoinAsync(string text)
        {
            Loop = EventLoop.Current;
            return Task.FromResult(prefix + text);
        }
    }
}
