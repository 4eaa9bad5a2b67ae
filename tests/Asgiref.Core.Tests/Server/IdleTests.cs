using Asgiref.Core.Events;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

/// <summary>When an instance counts as idle.</summary>
public class IdleTests
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1);

    private readonly FakeClock _clock = new();

    [Fact]
    public async Task An_idle_instance_is_ended_and_one_that_works_or_is_used_is_not()
    {
        var journal = new Journal();
        var work = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new TestServer(
            async (scope, receive, _) =>
            {
                if (TestServer.IdOf(scope) == "busy")
                {
                    await work.Task;
                }

                AsgiEvent message;
                do
                {
                    // Idle is who waits: the test moves the clock only when it knows of the wait.
                    var next = receive().AsTask();
                    journal.Write($"{TestServer.IdOf(scope)} waits");
                    message = await next;
                    journal.Write($"{TestServer.IdOf(scope)} got {message.Type}{Journal.ReasonOf(message)}");
                }
                while (message.Type != "test.disconnect");
            },
            new StatelessServerOptions { Clock = _clock, IdleTimeout = TimeSpan.FromMinutes(1) });
        await server.OpenAsync("busy");
        foreach (var id in (string[])["idle", "used"])
        {
            await server.OpenAsync(id);
            Assert.Equal($"{id} waits", await journal.NextAsync());
        }

        _clock.Advance(TimeSpan.FromSeconds(59));
        await server.PostAsync("used", "event");
        Assert.Equal(["used got event", "used waits"], await journal.NextAsync(2));
        Assert.Equal(3, server.Statistics.Active);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("idle got test.disconnect (idle)", await journal.NextAsync());
        Assert.Equal(DisconnectReason.Idle, (await server.NextEndedAsync()).Reason);
        Assert.Equal(2, server.Statistics.Active);
        Assert.Equal(1, server.Statistics.IdledOut);
        work.SetResult();
        await server.StopAsync().WithDeadline();
    }

    [Fact]
    public async Task The_time_counts_from_the_last_use_of_the_scope_also_without_an_event()
    {
        var server = await WaitingServerAsync();
        _clock.Advance(Most);
        await server.OpenAsync("a");
        await AssertIdlesOutAfterMostAsync(server);
    }

    [Fact]
    public async Task The_time_counts_from_the_begin_of_the_wait()
    {
        var work = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Server(async (_, receive, _) =>
        {
            await work.Task;
            var next = receive().AsTask();
            waits.SetResult();
            await next;
        });
        await server.OpenAsync("a");
        _clock.Advance(Most);
        work.SetResult();
        await waits.Task.WithDeadline();
        await AssertIdlesOutAfterMostAsync(server);
    }

    [Fact]
    public async Task The_time_counts_from_the_last_send()
    {
        AsgiSend send = null!;
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Server(async (_, receive, toServer) =>
        {
            send = toServer;
            var next = receive().AsTask();
            waits.SetResult();
            await next;
        });
        await server.OpenAsync("a");
        await waits.Task.WithDeadline();
        _clock.Advance(Most);
        await send(TestServer.Message("news")).WithDeadline();
        await AssertIdlesOutAfterMostAsync(server);
    }

    [Fact]
    public async Task An_instance_that_works_on_its_last_event_is_not_idle()
    {
        var works = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Server(async (_, receive, _) =>
        {
            await receive();
            works.SetResult();
            await done.Task;
        });
        await server.OpenAsync("a");
        await server.PostAsync("a", "work");
        await works.Task.WithDeadline();
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((1, 0), (server.Statistics.Active, server.Statistics.IdledOut));
        done.SetResult();
        await server.NextEndedAsync();
    }

    private TestServer Server(AsgiApplication application) =>
        new(application, new StatelessServerOptions { Clock = _clock, IdleTimeout = TimeSpan.FromMinutes(1) });

    /// <summary>A server whose instance "a" waits in receive.</summary>
    private async Task<TestServer> WaitingServerAsync()
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Server(async (_, receive, _) =>
        {
            var next = receive().AsTask();
            waits.SetResult();
            await next;
        });
        await server.OpenAsync("a");
        await waits.Task.WithDeadline();
        return server;
    }

    private async Task AssertIdlesOutAfterMostAsync(TestServer server)
    {
        _clock.Advance(Most);
        Assert.Equal(1, server.Statistics.Active);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(DisconnectReason.Idle, (await server.NextEndedAsync()).Reason);
        Assert.Equal((0, 1), (server.Statistics.Active, server.Statistics.IdledOut));
    }
}
