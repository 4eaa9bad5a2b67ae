using Asgiref.Core.Sync;
using Asgiref.Core.Timeouts;

namespace Asgiref.Core.Tests.Timeouts;

public sealed class AsgiTimeoutTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeClock _clock = new();

    [Fact]
    [Covers("TIME-01", "TIME-04")]
    public async Task When_the_time_is_up_the_block_is_cancelled_and_a_timeout_raised()
    {
        var timeout = new AsgiTimeout(Second, _clock);
        Assert.Null(timeout.Remaining);
        var run = timeout.RunAsync(WaitForeverAsync);
        Assert.Equal(Second, timeout.Remaining);
        _clock.Advance(Second * 0.9);
        Assert.Equal((false, false, Second * 0.1), (run.IsCompleted, timeout.Expired, timeout.Remaining!.Value));
        _clock.Advance(Second);
        var error = await Assert.ThrowsAsync<TimeoutException>(() => run.WithDeadline());
        Assert.IsAssignableFrom<OperationCanceledException>(error.InnerException);
        Assert.Equal((true, TimeSpan.Zero), (timeout.Expired, timeout.Remaining!.Value));
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    [Covers("TIME-01", "TIME-09")]
    public async Task A_block_that_ends_in_time_gives_its_result_and_disarms_the_clock()
    {
        var timeout = new AsgiTimeout(Second, _clock);
        Assert.Equal(5, await timeout.RunAsync(_ => Task.FromResult(5)).WithDeadline());
        Assert.Equal((false, 0), (timeout.Expired, _clock.ArmedTimers));
        Assert.Equal(6, await AsgiTimeout.RunAsync(Second, _ => Task.FromResult(6)).WithDeadline());
        await AsgiTimeout.RunAsync(Second, _ => Task.CompletedTask).WithDeadline();
    }

    [Fact]
    [Covers("TIME-02")]
    public async Task An_infinite_limit_never_fires_and_nothing_remains_of_it()
    {
        var timeout = new AsgiTimeout(Timeout.InfiniteTimeSpan, _clock);
        var end = new TaskCompletionSource();
        var run = timeout.RunAsync(token => end.Task.WaitAsync(token));
        _clock.Advance(TimeSpan.FromDays(365));
        Assert.Equal((null, 0), (timeout.Remaining, _clock.ArmedTimers));
        end.SetResult();
        await run.WithDeadline();
        Assert.False(timeout.Expired);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [Covers("TIME-03")]
    public async Task A_limit_of_zero_or_below_cancels_the_block_at_its_first_wait(int seconds)
    {
        var timeout = new AsgiTimeout(TimeSpan.FromSeconds(seconds), _clock);
        var hasBegun = false;
        var run = timeout.RunAsync(token =>
        {
            hasBegun = true;
            return WaitForeverAsync(token);
        });
        await Assert.ThrowsAsync<TimeoutException>(() => run.WithDeadline());
        Assert.Equal((true, true, null), (hasBegun, timeout.Expired, timeout.Remaining));
    }

    [Fact]
    [Covers("TIME-05")]
    public async Task A_cancellation_from_outside_stays_a_cancellation()
    {
        using var outside = new CancellationTokenSource();
        var timeout = new AsgiTimeout(Second, _clock);
        var cleanUp = new TaskCompletionSource();
        var run = timeout.RunAsync(CleanUpSlowlyAsync, outside.Token);
        outside.Cancel();
        _clock.Advance(Second * 2);
        cleanUp.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WithDeadline());
        Assert.False(timeout.Expired);

        async Task CleanUpSlowlyAsync(CancellationToken token)
        {
            try
            {
                await WaitForeverAsync(token);
            }
            finally
            {
                await cleanUp.Task;
            }
        }
    }

    [Fact]
    [Covers("TIME-05")]
    public async Task A_cancellation_of_the_blocks_own_stays_one_as_well()
    {
        var own = new OperationCanceledException("own");
        var run = new AsgiTimeout(Second, _clock).RunAsync(_ => throw own);
        Assert.Same(own, await Assert.ThrowsAsync<OperationCanceledException>(() => run.WithDeadline()));
    }

    [Fact]
    [Covers("TIME-06")]
    public async Task What_the_block_makes_of_the_cancellation_is_raised()
    {
        var failure = new InvalidDataException("half written");
        var run = new AsgiTimeout(Second, _clock).RunAsync(async token =>
        {
            try
            {
                await WaitForeverAsync(token);
            }
            catch (OperationCanceledException)
            {
                throw failure;
            }
        });
        _clock.Advance(Second);
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidDataException>(() => run.WithDeadline()));
    }

    [Fact]
    [Covers("TIME-07", "TIME-04")]
    public async Task A_block_that_never_looks_at_its_token_is_not_interrupted()
    {
        var timeout = new AsgiTimeout(Second, _clock);
        var run = timeout.RunAsync(_ =>
        {
            _clock.Advance(Second * 10);
            return Task.FromResult("done");
        });
        Assert.Equal("done", await run.WithDeadline());
        Assert.Equal((true, TimeSpan.Zero), (timeout.Expired, timeout.Remaining!.Value));
    }

    [Fact]
    [Covers("TIME-08")]
    public async Task It_may_be_made_anywhere_and_runs_once()
    {
        AsgiTimeout? timeout = null;
        var thread = new Thread(() => timeout = new AsgiTimeout(Second, _clock));
        thread.Start();
        Assert.True(thread.Join(Deadline.Default));
        await timeout!.RunAsync(_ => Task.CompletedTask).WithDeadline();
        await Assert.ThrowsAsync<InvalidOperationException>(() => timeout.RunAsync(_ => Task.CompletedTask).WithDeadline());
    }

    [Fact]
    [Covers("TIME-10", "TIME-08")]
    public async Task It_is_given_no_loop_and_runs_its_block_on_whichever_it_is_called_from()
    {
        await using var loop = EventLoop.Start();
        Assert.Same(loop, await loop.RunAsync(LookAsync).WithDeadline());
        Assert.Null(await LookAsync().WithDeadline());

        static Task<EventLoop?> LookAsync() => AsgiTimeout.RunAsync(Deadline.Default, async _ =>
        {
            await Task.Yield();
            return EventLoop.Current;
        });
    }

    private static Task WaitForeverAsync(CancellationToken token) => Task.Delay(Timeout.Infinite, token);
}
