using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

public class EvictionTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    [Covers("SRV-01")]
    public void The_maximum_is_a_thousand_by_default() => Assert.Equal(1000, new StatelessServerOptions().MaxApplications);

    [Fact]
    [Covers("SRV-09", "SRV-10", "SRV-01")]
    public async Task The_limit_is_exact_and_the_least_recently_used_goes_with_a_disconnect_event()
    {
        var server = new JournalServer(new StatelessServerOptions { MaxApplications = 2 });
        await server.OpenInTurnAsync("a", "b");
        Assert.Equal(2, server.Statistics.Active);
        Assert.Equal(0, server.Statistics.Evicted);

        await server.OpenAsync("c");

        var lines = await server.Journal.NextAsync(3);
        Assert.Equal(["a got test.disconnect (evicted)", "a ends"], lines.Where(line => line[0] == 'a'));
        Assert.Equal(["c begins"], lines.Where(line => line[0] == 'c'));
        Assert.Equal(DisconnectReason.Evicted, (await server.NextEndedAsync()).Reason);
        Assert.Equal(2, server.Statistics.Active);
        Assert.Equal(1, server.Statistics.Evicted);
    }

    [Fact]
    [Covers("SRV-05", "SRV-10")]
    public async Task Each_use_makes_an_instance_the_most_recent_one_and_equal_times_evict_only_one()
    {
        // The clock stands still: the order of use decides, not the time.
        var server = new JournalServer(new StatelessServerOptions { MaxApplications = 3, Clock = _clock });
        await server.OpenInTurnAsync("a", "b", "c");
        await server.OpenAsync("a");

        await server.OpenAsync("d");
        Assert.Equal("b", (await server.NextEndedAsync()).ScopeId);
        await server.OpenAsync("e");
        Assert.Equal("c", (await server.NextEndedAsync()).ScopeId);
        await server.OpenAsync("f");
        Assert.Equal("a", (await server.NextEndedAsync()).ScopeId);

        Assert.Equal(3, server.Statistics.Evicted);
    }

    [Fact]
    [Covers("SRV-10")]
    public async Task After_the_grace_period_the_token_fires_and_receive_and_send_raise()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var results = new List<string>();
        var server = new TestServer(
            async (scope, receive, send) =>
            {
                if (TestServer.IdOf(scope) != "a")
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token);
                }

                results.Add((await receive()).Type);
                await send(TestServer.Message("still here"));
                var afterwards = receive().AsTask();
                entered.SetResult();
                results.Add((await Assert.ThrowsAnyAsync<OperationCanceledException>(() => afterwards)).CancellationToken == AsgiCancellation.Token
                    ? "receive raised"
                    : "wrong token");
                await Assert.ThrowsAsync<ClientDisconnectedException>(() => send(TestServer.Message("too late")).AsTask());
                results.Add("send raised");
            },
            new StatelessServerOptions { MaxApplications = 1, Clock = _clock });
        await server.OpenAsync("a");
        await server.OpenAsync("b");
        await entered.Task.WithDeadline();

        _clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Equal(1, server.Statistics.Leaving);
        _clock.Advance(TimeSpan.FromTicks(1));

        await server.NextEndedAsync();
        Assert.Equal(["test.disconnect", "receive raised", "send raised"], results);
        Assert.Equal("still here", (await server.NextSentAsync()).Message.Type);
    }

    [Fact]
    public async Task An_evicted_instance_still_gets_the_events_it_had_been_given_before_its_disconnect()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new JournalServer(
            new Journal { Before = open.Task }, new StatelessServerOptions { MaxApplications = 1, Clock = _clock });

        await server.PostAsync("a", "one");
        await server.PostAsync("a", "two");
        await server.OpenAsync("b");
        open.SetResult();

        await server.NextEndedAsync();
        var lines = await server.Journal.NextAsync(6);
        Assert.Equal(
            ["a begins", "a got one", "a got two", "a got test.disconnect (evicted)", "a ends"],
            lines.Where(line => line[0] == 'a'));
        Assert.Equal(0, server.Statistics.DroppedEvents);
    }

    [Fact]
    public async Task A_scope_that_is_opened_again_while_its_last_instance_leaves_starts_after_it()
    {
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var journal = new Journal { BeforeEnd = id => id == "a" ? saved.Task : Task.CompletedTask };
        var server = new JournalServer(journal, new StatelessServerOptions { MaxApplications = 1, Clock = _clock });
        await server.OpenAsync("a");
        await server.OpenAsync("b");
        var lines = await journal.NextAsync(3);
        Assert.Equal(["a begins", "a got test.disconnect (evicted)"], lines.Where(line => line[0] == 'a'));

        await server.PostAsync("a", "again");
        Assert.Equal(["b got test.disconnect (evicted)", "b ends"], await journal.NextAsync(2));
        Assert.True(journal.IsEmpty);
        saved.SetResult();

        Assert.Equal(["a ends", "a begins", "a got again"], await journal.NextAsync(3));
    }

    [Fact]
    public async Task An_application_that_ignores_its_cancellation_is_abandoned_and_keeps_its_place()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var journal = new Journal();
        var server = new TestServer(
            (scope, _, _) =>
            {
                journal.Write($"{TestServer.IdOf(scope)} begins");
                return release.Task;
            },
            new StatelessServerOptions { MaxApplications = 1, MaxLeavingApplications = 1, Clock = _clock });
        foreach (var id in (string[])["a", "b"])
        {
            await server.OpenAsync(id);
            Assert.Equal($"{id} begins", await journal.NextAsync());
        }

        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("a", (await server.NextAbandonedAsync()).ScopeId);
        Assert.Equal(1, server.Statistics.Abandoned);

        var refused = server.OpenAsync("c");
        Assert.False(refused.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => refused);
        Assert.Contains("MaxLeavingApplications", error.Message, StringComparison.Ordinal);

        var waiting = server.OpenAsync("c");
        Assert.False(waiting.IsCompleted);
        release.SetResult();
        await waiting;
        await server.StopAsync().WithDeadline();
        // An abandoned one is not waited for, but it has ended as well.
        Assert.Equal(3, new[] { await server.NextEndedAsync(), await server.NextEndedAsync(), await server.NextEndedAsync() }.Length);
    }

    [Fact]
    public async Task Closing_a_scope_or_completing_its_queue_ends_its_instance_in_order()
    {
        var server = new JournalServer(new StatelessServerOptions { Clock = _clock });
        var queue = await server.OpenAsync("a");
        Assert.Equal("a begins", await server.Journal.NextAsync());

        Assert.False(server.CloseApplicationInstance("nobody"));
        Assert.True(server.CloseApplicationInstance("a"));
        Assert.False(server.CloseApplicationInstance("a"));
        Assert.False(queue.TryComplete());
        Assert.Equal(["a got test.disconnect (closed)", "a ends"], await server.Journal.NextAsync(2));

        Assert.True((await server.OpenAsync("a")).TryComplete());
        Assert.Equal(["a begins", "a got test.disconnect (closed)", "a ends"], await server.Journal.NextAsync(3));
    }
}
