using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

public class EventLoopTests
{
    [Fact]
    [Covers("A2S-18")]
    public async Task After_its_end_a_loop_refuses_functions_and_leaves_callbacks_to_the_pool()
    {
        var loop = EventLoop.Start();
        await loop.DisposeAsync();
        await loop.DisposeAsync();

        Assert.False(loop.IsRunning);
        var called = false;
        foreach (var run in new Action[] { () => loop.RunAsync(Call), () => loop.RunAsync(() => (Task<int>)Call()) })
        {
            Assert.Equal("This event loop has ended.", Assert.Throws<InvalidOperationException>(run).Message);
        }

        Assert.False(called);
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => ran.SetResult(Thread.CurrentThread.IsThreadPoolThread), null);
        Assert.True(await ran.Task.WithDeadline());

        Task Call()
        {
            called = true;
            return Task.FromResult(1);
        }
    }

    [Fact]
    [Covers("A2S-18")]
    public async Task A_call_that_waits_on_a_loop_that_ends_does_not_hang()
    {
        var loop = EventLoop.Start(new EventLoopOptions { StopTimeout = TimeSpan.FromMilliseconds(1) });
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = loop.RunAsync(async () => await SyncToAsync.Run(
            () => AsyncToSync.Run(async () =>
            {
                waiting.SetResult();
                await goOn.Task;
                return EventLoop.Current;
            }),
            SyncToAsyncOptions.Pooled));
        await waiting.Task.WithDeadline();

        await loop.DisposeAsync().WithDeadline();
        goOn.SetResult();

        Assert.Null(await call.WithDeadline());
    }

    [Fact]
    [Covers("A2S-20")]
    public async Task The_end_waits_for_async_void_methods()
    {
        var loop = EventLoop.Start();
        var ended = false;
        await loop.RunAsync(() =>
        {
            RunOn();
            return Task.CompletedTask;
        }).WithDeadline();
        await loop.DisposeAsync().WithDeadline();
        Assert.True(ended);

        async void RunOn()
        {
            await Task.Yield();
            await Task.Yield();
            ended = true;
        }
    }

    [Fact]
    public async Task A_task_that_is_null_is_an_error_and_nothing_to_wait_for()
    {
        var loop = EventLoop.Start(new EventLoopOptions { StopTimeout = Timeout.InfiniteTimeSpan });
        var onLoop = await Assert.ThrowsAsync<InvalidOperationException>(() => loop.RunAsync(() => null!).WithDeadline());
        await loop.DisposeAsync().WithDeadline();
        var onPool = await Assert.ThrowsAsync<InvalidOperationException>(() => AsgiTask.Create(() => null!).WithDeadline());
        Assert.All([onLoop, onPool], error => Assert.Equal("The asynchronous function returned null instead of a task.", error.Message));
    }

    [Fact]
    public async Task A_callback_that_throws_is_reported_and_the_loop_goes_on()
    {
        var error = new TimeZoneNotFoundException();
        var reported = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var loop = EventLoop.Start();
        EventHandler<UnhandledExceptionEventArgs> handler = (sender, failure) =>
        {
            if (sender == loop)
            {
                reported.SetResult(failure.IsTerminating ? "the end" : failure.ExceptionObject);
            }
        };
        EventLoop.CallbackFailed += handler;
        loop.Post(_ => throw error, null);
        Assert.Same(error, await reported.Task.WithDeadline());
        EventLoop.CallbackFailed -= handler;
        Assert.Same(loop, await loop.RunAsync(() => Task.FromResult(EventLoop.Current)).WithDeadline());
    }

    [Fact]
    public async Task A_task_that_fails_at_once_is_no_callback_that_throws()
    {
        var reported = new List<object>();
        var loop = EventLoop.Start();
        EventHandler<UnhandledExceptionEventArgs> handler = (sender, failure) =>
        {
            if (sender == loop)
            {
                reported.Add(failure.ExceptionObject);
            }
        };
        EventLoop.CallbackFailed += handler;
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => loop.RunAsync(Task () => throw new TimeZoneNotFoundException()).WithDeadline());
        await loop.DisposeAsync().WithDeadline();
        EventLoop.CallbackFailed -= handler;
        Assert.Empty(reported);
    }

    [Fact]
    public async Task Send_runs_at_once_on_the_loops_thread_and_is_refused_elsewhere()
    {
        await using var loop = EventLoop.Start();
        var error = Assert.Throws<InvalidOperationException>(() => loop.Send(_ => Assert.Fail("ran"), null));
        Assert.Equal("Send would block a thread until the loop comes to it; use AsyncToSync, or Post.", error.Message);
        var ran = false;
        await loop.RunAsync(() =>
        {
            loop.Send(_ => ran = true, null);
            Assert.True(ran);
            return Task.CompletedTask;
        }).WithDeadline();
    }

    [Fact]
    [Covers("CTX-14")]
    public async Task A_callback_leaves_no_context_to_the_next_one()
    {
        var value = new AsyncLocal<string?>();
        await using var loop = EventLoop.Start();
        loop.Post(_ => value.Value = "left", null);
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => seen.SetResult(value.Value), null);
        Assert.Null(await seen.Task.WithDeadline());
    }
}
