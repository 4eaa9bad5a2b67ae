using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

public class RunTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    [Covers("SRV-02", "SRV-19")]
    public async Task The_run_ends_when_the_handler_returns_and_raises_what_it_raises()
    {
        await new TestServer(new Journal().Application) { Handler = _ => Task.CompletedTask }.RunAsync().WithDeadline();

        var error = new InvalidDataException("the connection is nonsense");
        var failing = new TestServer(new Journal().Application) { Handler = _ => throw error };
        Assert.Same(error, await Assert.ThrowsAsync<InvalidDataException>(() => failing.RunAsync().WithDeadline()));
    }

    [Fact]
    [Covers("SRV-20")]
    public async Task After_the_run_no_instance_is_left_and_events_are_refused_until_the_next_run()
    {
        var journal = new Journal();
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new TestServer(journal.Application) { Handler = _ => handled.Task };
        var run = server.RunAsync();
        await server.OpenAsync("a");
        Assert.Equal("a begins", await journal.NextAsync());
        var twice = await Assert.ThrowsAsync<InvalidOperationException>(() => server.RunAsync());
        Assert.Contains("runs already", twice.Message, StringComparison.Ordinal);

        handled.SetResult();
        await run.WithDeadline();

        Assert.Equal(["a got test.disconnect (stopping)", "a ends"], await journal.NextAsync(2));
        Assert.Equal(0, server.Statistics.Active + server.Statistics.Leaving);
        Assert.False(await server.PostAsync("a", "too late"));
        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => server.OpenAsync("a"));
        Assert.Contains("stopped; there is no instance for scope a", stopped.Message, StringComparison.Ordinal);
        await server.RunAsync().WithDeadline();
    }

    [Fact]
    public async Task A_server_that_has_stopped_takes_events_again_in_its_next_run()
    {
        var server = new JournalServer();
        await server.StopAsync().WithDeadline();
        Assert.False(await server.PostAsync("a", "too early"));
        var run = server.RunAsync();
        Assert.True(await server.PostAsync("a", "in time"));
        Assert.Equal(["a begins", "a got in time"], await server.Journal.NextAsync(2));
        await server.StopAsync().WithDeadline();
        await run.WithDeadline();
    }

    [Fact]
    [Covers("SRV-20")]
    public async Task A_stop_ends_the_instances_while_they_can_still_send_and_then_the_handler()
    {
        var order = new Journal();
        var server = new TestServer(async (_, receive, send) =>
        {
            order.Write((await receive()).Type);
            await send(TestServer.Message("bye"));
            order.Write("application ends");
        })
        {
            Handler = async stopping =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                order.Write("handler ends");
                stopping.ThrowIfCancellationRequested();
            },
        };
        var run = server.RunAsync();
        await server.OpenAsync("a");

        await server.StopAsync().WithDeadline();

        await run.WithDeadline();
        Assert.Equal(["test.disconnect", "application ends", "handler ends"], await order.NextAsync(3));
        Assert.Equal("bye", (await server.NextSentAsync()).Message.Type);
    }

    [Fact]
    [Covers("SRV-20")]
    public async Task A_stop_is_over_in_time_although_an_application_and_the_handler_ignore_it()
    {
        var stubborn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AsgiApplication application = (_, _, _) =>
        {
            begun.SetResult();
            return stubborn.Task;
        };
        var server = new TestServer(application, new StatelessServerOptions { Clock = _clock }) { Handler = _ => stubborn.Task };
        var run = server.RunAsync();
        await server.OpenAsync("a");
        await begun.Task.WithDeadline();
        var stop = server.StopAsync();

        await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(5));
        await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("a", (await server.NextAbandonedAsync()).ScopeId);
        await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(5));

        var error = await Assert.ThrowsAsync<TimeoutException>(() => run.WithDeadline());
        Assert.Contains("TestServer.HandleAsync did not return within 00:00:05 (StopTimeout)", error.Message, StringComparison.Ordinal);
        await stop.WithDeadline();
        Assert.Equal(1, server.Statistics.Leaving);
        stubborn.SetResult();
        await server.NextEndedAsync();
    }

    [Fact]
    [Covers("SRV-17")]
    public async Task The_blocking_run_works_on_any_thread_and_ends_when_the_handler_returns()
    {
        var journal = new Journal();
        var handling = new TestServer(journal.Application)
        {
            Handler = async _ =>
            {
                await Task.Yield();
                journal.Write("handled");
            },
        };
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new DeadContext());
            handling.Run();
            ended.SetResult();
        });

        thread.Start();

        await ended.Task.WithDeadline();
        Assert.Equal("handled", await journal.NextAsync());
    }

    [Fact]
    public async Task A_handlers_own_cancellation_and_time_out_come_out_of_the_run()
    {
        var cancelled = new TestServer(new Journal().Application) { Handler = _ => throw new OperationCanceledException("by itself") };
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled.RunAsync().WithDeadline());

        var error = new TimeoutException("of the connection");
        var late = new TestServer(new Journal().Application) { Handler = _ => throw error };
        Assert.Same(error, await Assert.ThrowsAsync<TimeoutException>(() => late.RunAsync().WithDeadline()));
    }

    [Fact]
    public async Task Giving_up_the_wait_for_a_stop_leaves_the_stop_going_on()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new TestServer((_, _, _) => release.Task, new StatelessServerOptions { Clock = _clock }) { Handler = _ => release.Task };
        var run = server.RunAsync();
        await server.OpenAsync("a");
        using var giveUp = new CancellationTokenSource();
        var stop = server.StopAsync(giveUp.Token);
        Assert.False(stop.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stop.WithDeadline());
        release.SetResult();
        await run.WithDeadline();

        var withoutRun = new TestServer((_, receive, _) => receive().AsTask());
        await withoutRun.OpenAsync("a");
        await withoutRun.StopAsync().WithDeadline();
        Assert.Equal((0, 1), (withoutRun.Statistics.Active, withoutRun.Statistics.Ended));
    }

    private async Task AdvanceWhenArmedAsync(TimeSpan time)
    {
        await _clock.UntilArmedAsync(time);
        _clock.Advance(time);
    }
}
