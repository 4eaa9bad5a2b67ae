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
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.RunAsync());

        handled.SetResult();
        await run.WithDeadline();

        Assert.Equal(["a got test.disconnect (stopping)", "a ends"], await journal.NextAsync(2));
        Assert.Equal(0, server.Statistics.Active + server.Statistics.Leaving);
        Assert.False(await server.PostAsync("a", "too late"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.OpenAsync("a"));
        await server.RunAsync().WithDeadline();
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
        Assert.Contains("TestServer.HandleAsync", error.Message, StringComparison.Ordinal);
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

    private async Task AdvanceWhenArmedAsync(TimeSpan time)
    {
        await WaitUntil.HoldsAsync(() => _clock.ArmedTimers > 0);
        _clock.Advance(time);
    }

    /// <summary>A context whose thread never comes back to its queue.</summary>
    private sealed class DeadContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
