using Asgiref.Core.Events;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

/// <summary>What the application's receive and send do at the edges of its life.</summary>
public class InstanceCallsTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_receive_that_is_given_up_beforehand_takes_no_event()
    {
        var server = new TestServer(async (_, receive, send) =>
        {
            await send(TestServer.Message("ready"));
            var first = await receive();
            using var giveUp = new CancellationTokenSource();
            await giveUp.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive(giveUp.Token).AsTask());
            Assert.Equal(giveUp.Token, error.CancellationToken);
            await send(TestServer.Message($"{first.Type} {(await receive()).Type}"));
        });
        await server.PostAsync("a", "one");
        await server.PostAsync("a", "two");
        Assert.Equal("ready", (await server.NextSentAsync()).Message.Type);
        Assert.Equal("one two", (await server.NextSentAsync()).Message.Type);
    }

    [Fact]
    public async Task A_send_of_nothing_or_given_up_beforehand_sends_nothing()
    {
        var server = new TestServer(async (_, _, send) =>
        {
            await Assert.ThrowsAsync<ArgumentNullException>("message", () => send(null!).AsTask());
            using var giveUp = new CancellationTokenSource();
            await giveUp.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send(TestServer.Message("never"), giveUp.Token).AsTask());
            Assert.Equal(giveUp.Token, error.CancellationToken);
            await send(TestServer.Message("first"));
        });
        await server.OpenAsync("a");
        Assert.Equal("first", (await server.NextSentAsync()).Message.Type);
        await server.NextEndedAsync();
        Assert.Equal(0, server.Statistics.Failed);
    }

    [Fact]
    public async Task Calls_that_were_given_up_while_they_waited_leave_room_for_others()
    {
        var server = new TestServer(
            async (_, receive, send) =>
            {
                var pending = receive().AsTask();
                for (var i = 0; i < 3; i++)
                {
                    using var giveUp = new CancellationTokenSource();
                    var waiting = receive(giveUp.Token).AsTask();
                    Assert.False(waiting.IsCompleted);
                    await giveUp.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
                }

                var next = receive().AsTask();
                await Assert.ThrowsAsync<InvalidOperationException>(() => receive().AsTask());
                await Assert.ThrowsAsync<InvalidOperationException>(() => receive().AsTask());
                await send(TestServer.Message("ready"));
                await send(TestServer.Message($"{(await pending).Type} {(await next).Type}"));
                Task<AsgiEvent>[] again = [receive().AsTask(), receive().AsTask()];
                await send(TestServer.Message($"{(await again[0]).Type} {(await again[1]).Type}"));
            },
            new StatelessServerOptions { MaxPendingCalls = 1 });
        await server.OpenAsync("a");
        Assert.Equal("ready", (await server.NextSentAsync()).Message.Type);
        foreach (var message in (string[])["one", "two", "three", "four"])
        {
            await server.PostAsync("a", message);
        }

        Assert.Equal("one two", (await server.NextSentAsync()).Message.Type);
        Assert.Equal("three four", (await server.NextSentAsync()).Message.Type);
    }

    [Fact]
    public async Task More_sends_than_may_wait_raise_out_of_the_next_one()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new TestServer(
            async (_, _, send) =>
            {
                Task[] pending = [send(TestServer.Message("one")).AsTask(), send(TestServer.Message("two")).AsTask()];
                var error = await Assert.ThrowsAsync<InvalidOperationException>(() => send(TestServer.Message("three")).AsTask());
                Assert.Contains("1 calls of send", error.Message, StringComparison.Ordinal);
                open.SetResult();
                await Task.WhenAll(pending);
            },
            new StatelessServerOptions { MaxPendingCalls = 1 })
        {
            Transport = (_, _) => new ValueTask(open.Task),
        };
        await server.OpenAsync("a");
        Assert.Equal("one", (await server.NextSentAsync()).Message.Type);
        Assert.Equal("two", (await server.NextSentAsync()).Message.Type);
        await server.NextEndedAsync();
        Assert.Equal(0, server.Statistics.Failed);
    }

    [Fact]
    public async Task A_send_that_waits_for_its_turn_raises_what_ended_its_wait()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new List<string>();
        var server = new TestServer(
            async (_, _, send) =>
            {
                var running = send(TestServer.Message("stuck")).AsTask();
                using var giveUp = new CancellationTokenSource();
                var waiting = send(TestServer.Message("given up"), giveUp.Token).AsTask();
                await giveUp.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
                seen.Add("given up");
                waiting = send(TestServer.Message("too late")).AsTask();
                begun.SetResult();
                await Assert.ThrowsAsync<ClientDisconnectedException>(() => waiting);
                seen.Add("disconnected");
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            },
            new StatelessServerOptions { Clock = _clock })
        {
            Transport = async (_, cancellationToken) => await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken),
        };
        await server.OpenAsync("a");
        await begun.Task.WithDeadline();

        server.CloseApplicationInstance("a");
        _clock.Advance(TimeSpan.FromSeconds(5));

        await server.NextEndedAsync();
        Assert.Equal(["given up", "disconnected"], seen);
        Assert.Equal(0, server.Statistics.Failed);
    }

    [Fact]
    public async Task After_the_application_has_ended_its_calls_raise_at_once()
    {
        AsgiReceive receiveLater = null!;
        AsgiSend sendLater = null!;
        var server = new TestServer((_, receive, send) =>
        {
            (receiveLater, sendLater) = (receive, send);
            return Task.CompletedTask;
        });
        await server.OpenAsync("a");
        await server.NextEndedAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiveLater().WithDeadline());
        Assert.Contains("has ended", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ClientDisconnectedException>(() => sendLater(TestServer.Message("late")).WithDeadline());
    }

    [Fact]
    public async Task The_disconnect_event_comes_once_and_a_further_receive_waits_for_the_cancellation()
    {
        var waiting = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new TestServer(
            async (_, receive, _) =>
            {
                Assert.Equal("test.disconnect", (await receive()).Type);
                var next = receive().AsTask();
                waiting.SetResult(next);
                await next;
            },
            new StatelessServerOptions { Clock = _clock });
        await server.OpenAsync("a");
        server.CloseApplicationInstance("a");
        var further = await waiting.Task.WithDeadline();
        Assert.False(further.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(5));

        await server.NextEndedAsync();
        Assert.True(further.IsCanceled);
    }

    [Fact]
    public async Task An_application_that_lets_the_disconnect_of_its_send_pass_has_not_failed()
    {
        var server = new TestServer((_, _, _) => throw new ClientDisconnectedException());
        await server.OpenAsync("a");
        await server.NextEndedAsync();
        Assert.Equal((1, 0), (server.Statistics.Ended, server.Statistics.Failed));
    }

    [Fact]
    public async Task An_application_that_returns_null_has_failed_with_a_clear_text()
    {
        var server = new TestServer((_, _, _) => null!);
        await server.OpenAsync("a");
        var (error, _) = await server.NextFailedAsync();
        Assert.Contains("returned null", Assert.IsType<InvalidOperationException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_queue_of_a_scope_can_be_waited_for_and_refuses_nothing_as_an_event()
    {
        var server = new JournalServer();
        var queue = await server.OpenAsync("a");
        Assert.True(await queue.WaitToWriteAsync().WithDeadline());
        Assert.Throws<ArgumentNullException>(() => queue.TryWrite(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => queue.WriteAsync(null!).AsTask());
        await queue.WriteAsync(TestServer.Message("end")).WithDeadline();
        await server.NextEndedAsync();
        Assert.False(await queue.WaitToWriteAsync().WithDeadline());
        await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => queue.WriteAsync(TestServer.Message("late")).AsTask());
    }

    [Fact]
    public async Task Missing_arguments_are_named()
    {
        var scope = TestServer.ScopeOf("a");
        Assert.Throws<ArgumentNullException>("application", () => new TestServer(null!));
        var server = new JournalServer();
        await Assert.ThrowsAsync<ArgumentNullException>("scope", () => server.GetOrCreateApplicationInstanceAsync("a", null!).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>("scope", () => server.PostAsync("a", null!, TestServer.Message("x")).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => server.PostAsync("a", scope, null!).AsTask());
        var givenUp = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.PostAsync("b", scope, TestServer.Message("x"), givenUp).AsTask());
        Assert.Equal(1, server.Statistics.Active);
    }
}
