using Bridge.Protocol.V1;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Grpc.Core;

namespace Bridge.Server.Tests.Stateless;

/// <summary>How instances end, and what their connector hears of it.</summary>
public sealed class EndingTests
{
    [Fact]
    [Covers("SRV-13")]
    public async Task An_instance_that_raises_is_reported_and_harms_no_other()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"), Say.First("b", "one"));
        await connector.NextLinesAsync(2);

        await connector.SendAsync(Say.To("a", "raise"));

        var report = await connector.NextAsync();
        Assert.Equal(("a", FeedEnding.Failed, "The application raised an exception."), (report.ScopeId, report.Ended.Ending, report.Ended.Detail));
        await connector.SendAsync(Say.To("b", "two"), Say.To("a", "two"));
        Assert.Equal(["a: a heard 1, two", "b: b heard 2, two"], (await connector.NextLinesAsync(2)).Order());
        Assert.Contains(bridge.Bridge.Log.Errors, line => line.Contains("a was told to raise", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_it_raised_is_told_with_detailed_errors_only()
    {
        await using var bridge = await FeedBridge.StartAsync(("Bridge:DetailedErrors", "true"));
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(Say.First("a", "raise"));

        Assert.Contains("a was told to raise", (await connector.NextAsync()).Ended.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_instance_has_not_taken_when_it_ends_is_reported()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "wait"), Say.To("a", "raise"), Say.To("a", "three"), Say.To("a", "four"));
        await bridge.Talker.WaitsAsync("a");
        await connector.UntilAcknowledgedAsync(4);

        bridge.Talker.Release("a");

        Assert.Equal(["a: ended, Failed", "a: 3 undelivered, Ended", "a: 4 undelivered, Ended"], await connector.NextLinesAsync(3));
        await connector.SendAsync(Say.To("a", "five"));
        Assert.Equal("a: a heard 1, five", await connector.NextLineAsync());
    }

    [Fact]
    public async Task The_connector_ends_an_instance_with_the_disconnect_event_of_its_scope_in_order()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(Say.First("a", "wait"), Say.To("a", "two"), Say.Bye("a"), Say.To("a", "three"));
        await bridge.Talker.WaitsAsync("a");
        bridge.Talker.Release("a");

        Assert.Equal(
            ["a: a heard 2, two", "a: a goodbye, bye", "a: ended, Closed", "a: a heard 1, three"], await connector.NextLinesAsync(4));
    }

    [Fact]
    public async Task A_disconnect_event_without_an_instance_starts_none()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(Say.First("a", "end"));
        Assert.Equal("a: ended, Finished", await connector.NextLineAsync());
        await connector.SendAsync(Say.Bye("a"));

        Assert.Equal("a: 2 undelivered, Ended", await connector.NextLineAsync());
        await connector.UntilAcknowledgedAsync(2);
    }

    [Fact]
    [Covers("SRV-09", "SRV-10")]
    public async Task The_least_recently_used_instance_is_evicted_with_a_goodbye()
    {
        await using var bridge = await FeedBridge.StartAsync(("Instances", "2"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"), Say.First("b", "one"), Say.To("a", "two"));
        await connector.NextLinesAsync(3);

        await connector.SendAsync(Say.First("c", "one"));

        Assert.Equal(["b: b goodbye, evicted", "b: ended, Evicted", "c: c heard 1, one"], (await connector.NextLinesAsync(3)).Order());
        Assert.Equal(1, bridge.Reached(Limit.FeedInstances));
        await connector.SendAsync(Say.To("a", "three"));
        Assert.Equal("a: a heard 3, three", await connector.NextLineAsync());
    }

    [Fact]
    public async Task An_instance_is_ended_when_nothing_happened_for_the_idle_time()
    {
        await using var bridge = await FeedBridge.StartAsync(("IdleTime", "00:05:00"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"));
        await connector.NextLineAsync();

        // The timer begins with the instance; it has been idle since it asked for the next event.
        await WaitUntil.HoldsAsync(() =>
        {
            bridge.Clock.Advance(TimeSpan.FromMinutes(5));
            return bridge.Reached(Limit.FeedIdleTime) == 1;
        });

        Assert.Equal(["a: a goodbye, idle", "a: ended, Idle"], await connector.NextLinesAsync(2));
    }

    [Fact]
    public async Task A_half_close_ends_the_feed_when_everything_before_it_has_been_heard()
    {
        await using var bridge = await FeedBridge.StartAsync(("ScopeEvents", "1"), ("UnacknowledgedItems", "2"));
        using var connector = await bridge.DialAsync();

        // More than its queue holds, and more answers than may be without the acknowledgement that cannot come any more.
        await connector.SendAsync(Say.First("a", "one"), Say.To("a", "two"), Say.To("a", "three"), Say.To("a", "four"), Say.First("b", "one"));
        await connector.HalfCloseAsync();

        Assert.Equal(Status.DefaultSuccess, await connector.StatusAsync());
        var lines = connector.RestOfLines();
        Assert.Equal(
            ["a: a heard 1, one", "a: a heard 2, two", "a: a heard 3, three", "a: a heard 4, four", "a: a goodbye, gone", "a: ended, Stopping"],
            lines.Where(line => line[0] == 'a'));
        Assert.Equal(["b: b heard 1, one", "b: b goodbye, gone", "b: ended, Stopping"], lines.Where(line => line[0] == 'b'));
        await WaitUntil.HoldsAsync(() => bridge.Figures.Open == 0);
        Assert.Equal(0, bridge.Figures.Dropped);
    }

    [Fact]
    public async Task An_instance_that_finds_no_place_is_refused_and_its_events_are_reported()
    {
        await using var bridge = await TestBridge.StartAsync(
            [new HostedApplication("app", new Talker().RunAsync) { Kind = ApplicationKind.Stateless, MaxInstances = 1 }]);
        using var connector = await Connector.DialAsync(bridge.Grpc);
        await connector.SendAsync(Say.First("a", "one"));
        await connector.NextLineAsync();

        await connector.SendAsync(Say.First("b", "one"));

        Assert.Equal(["b: ended, Refused", "b: 2 undelivered, Ended"], await connector.NextLinesAsync(2));
        await connector.SendAsync(Say.To("a", "two"));
        Assert.Equal("a: a heard 2, two", await connector.NextLineAsync());
    }

    [Fact]
    public async Task An_application_that_ignores_its_goodbye_is_cancelled_after_the_grace_period()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bridge = await FeedBridge.StartAsync(async (scope, receive, send) =>
        {
            using var registration = Asgiref.Core.AsgiCancellation.Token.Register(() => cancelled.TrySetResult());
            await send(Talker.Text("here"));
            await cancelled.Task;
        });
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"));
        Assert.Equal("a: here", await connector.NextLineAsync());

        await connector.SendAsync(Say.Bye("a"));
        await connector.UntilAcknowledgedAsync(2);
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(10));
        Assert.False(cancelled.Task.IsCompleted);
        await WaitUntil.HoldsAsync(() =>
        {
            bridge.Clock.Advance(TimeSpan.FromSeconds(10));
            return cancelled.Task.IsCompleted;
        });

        Assert.Contains("a: ended, Closed", await connector.NextLinesAsync(3));
    }
}
