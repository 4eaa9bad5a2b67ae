using System.Collections.Concurrent;
using System.Threading.Channels;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

/// <summary>Scopes that wait for a place, and instances that wait for their predecessor.</summary>
public class PlacesTests
{
    private readonly FakeClock _clock = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _begun = [];

    [Fact]
    public async Task Two_calls_that_wait_for_a_place_for_one_scope_get_one_instance_and_take_one_place()
    {
        var server = await FullServerAsync();
        var first = server.OpenAsync("c");
        var second = server.OpenAsync("c");
        Assert.False(first.IsCompleted || second.IsCompleted);

        _release.SetResult();

        Assert.Same(await first, await second);
        Assert.Equal(3, server.Statistics.Started);
        // The place that the second call had taken is free again: there is one for each of these while the one before leaves.
        for (var i = 0; i < 5; i++)
        {
            await server.OpenAsync($"{i}");
        }
    }

    [Fact]
    public async Task A_call_that_waits_for_a_place_when_the_server_stops_is_refused()
    {
        var server = await FullServerAsync();
        var waiting = server.OpenAsync("c");

        var stop = server.StopAsync();
        _release.SetResult();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        Assert.Contains("c", error.Message, StringComparison.Ordinal);
        await stop.WithDeadline();
        Assert.Equal(2, server.Statistics.Started);
    }

    [Fact]
    public async Task Without_a_free_place_instances_that_are_there_take_events_and_a_stopped_server_refuses_at_once()
    {
        var server = await FullServerAsync();
        Assert.True(await server.PostAsync("b", "event"));

        var stop = server.StopAsync();
        Assert.False(await server.PostAsync("c", "too late"));
        _release.SetResult();
        await stop.WithDeadline();
    }

    [Fact]
    public async Task A_wait_for_a_place_can_be_given_up()
    {
        var server = await FullServerAsync();
        using var giveUp = new CancellationTokenSource();
        var waiting = server.PostAsync("c", TestServer.ScopeOf("c"), TestServer.Message("x"), giveUp.Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WithDeadline());
        _release.SetResult();
    }

    [Fact]
    public async Task A_place_is_waited_for_exactly_as_long_as_a_leaving_instance_may_take()
    {
        var server = await FullServerAsync();
        var waiting = server.OpenAsync("c");
        _clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        Assert.Contains("1 applications (MaxLeavingApplications) have not ended 00:00:10", error.Message, StringComparison.Ordinal);
        _release.SetResult();
    }

    [Fact]
    public async Task Of_three_instances_of_a_scope_each_begins_after_the_one_before_has_ended()
    {
        TaskCompletionSource[] ends = [new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)];
        var ended = -1;
        var journal = new Journal { BeforeEnd = id => id == "a" ? ends[Interlocked.Increment(ref ended)].Task : Task.CompletedTask };
        var server = new JournalServer(journal, new StatelessServerOptions { MaxApplications = 1, Clock = _clock });
        await server.OpenInTurnAsync("a");
        await server.OpenAsync("b");
        Assert.Equal(["a got test.disconnect (evicted)", "b begins"], (await journal.NextAsync(2)).Order(StringComparer.Ordinal));
        await server.OpenAsync("a");
        Assert.Equal(["b got test.disconnect (evicted)", "b ends"], await journal.NextAsync(2));
        await server.OpenInTurnAsync("c");

        ends[0].SetResult();
        Assert.Equal(["a ends", "a begins", "a got test.disconnect (evicted)"], await journal.NextAsync(3));
        await server.OpenAsync("a");
        Assert.Equal(["c got test.disconnect (evicted)", "c ends"], await journal.NextAsync(2));
        Assert.True(journal.IsEmpty);

        ends[1].SetResult();
        Assert.Equal(["a ends", "a begins"], await journal.NextAsync(2));
    }

    [Fact]
    public async Task An_instance_whose_time_is_over_before_its_predecessor_has_ended_is_not_begun()
    {
        var server = await FullServerAsync(leaving: 2);
        await server.OpenAsync("a");
        server.CloseApplicationInstance("a");
        _clock.Advance(TimeSpan.FromSeconds(5));

        _release.SetResult();

        Assert.Equal(["a", "a", "b"], new[] { await server.NextEndedAsync(), await server.NextEndedAsync(), await server.NextEndedAsync() }
            .Select(details => details.ScopeId).Order());
        Assert.Equal((3, 0), (server.Statistics.Started, server.Statistics.Failed));
        Assert.Equal(["a", "b"], _begun);
    }

    /// <summary>A server with one place for an active and one for a leaving instance, taken by "b" and "a", which end when told to.</summary>
    private async Task<TestServer> FullServerAsync(int leaving = 1)
    {
        var begun = Channel.CreateUnbounded<string>();
        var server = new TestServer(
            async (scope, receive, _) =>
            {
                var id = TestServer.IdOf(scope);
                _begun.Enqueue(id);
                begun.Writer.TryWrite(id);
                await (id is "a" or "b" ? _release.Task : receive().AsTask());
            },
            new StatelessServerOptions { MaxApplications = 1, MaxLeavingApplications = leaving, Clock = _clock });
        foreach (var id in (string[])["a", "b"])
        {
            await server.OpenAsync(id);
            Assert.Equal(id, await begun.Reader.ReadAsync().WithDeadline());
        }

        return server;
    }
}
