using Bridge.Server.Metrics;
using Grpc.Core;

namespace Bridge.Server.Tests.Stateless;

/// <summary>What one slow scope, or a slow connector, costs the others.</summary>
public sealed class BackPressureTests
{
    [Fact]
    public async Task A_slow_scope_stops_the_others_only_when_the_window_is_used_up()
    {
        await using var bridge = await FeedBridge.StartAsync(("ScopeEvents", "2"), ("WindowEvents", "5"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("slow", "wait"));
        await bridge.Talker.WaitsAsync("slow");

        // Two in its queue, and one outside that holds the acknowledgement back.
        await connector.SendAsync(Say.To("slow", "2"), Say.To("slow", "3"), Say.To("slow", "4"));
        await connector.UntilAcknowledgedAsync(3);
        await connector.SendAsync(Say.First("a", "5"), Say.To("a", "6"), Say.To("a", "7"), Say.To("a", "8"));
        Assert.Equal(["a: a heard 1, 5", "a: a heard 2, 6", "a: a heard 3, 7", "a: a heard 4, 8"], await connector.NextLinesAsync(4));
        Assert.Equal(3u, connector.Acknowledged);

        bridge.Talker.Release("slow");
        Assert.Equal(["slow: slow heard 2, 2", "slow: slow heard 3, 3", "slow: slow heard 4, 4"], await connector.NextLinesAsync(3));
        await connector.UntilAcknowledgedAsync(8);
        Assert.NotEqual(0, bridge.Reached(Limit.FeedScopeEvents));
    }

    [Fact]
    public async Task More_than_the_window_ends_the_call_and_leaves_the_feed()
    {
        await using var bridge = await FeedBridge.StartAsync(("ScopeEvents", "2"), ("WindowEvents", "3"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("slow", "wait"));
        await bridge.Talker.WaitsAsync("slow");
        await connector.SendAsync(Enumerable.Range(0, 6).Select(number => Say.To("slow", $"{number}")).ToArray());

        var status = await connector.StatusAsync();

        Assert.Equal(
            new Status(StatusCode.ResourceExhausted, "3 events are without an acknowledgement (Bridge:Stateless:WindowEvents)."), status);
        Assert.Equal(1, bridge.Reached(Limit.FeedWindowEvents));
        bridge.Talker.Release("slow");
        using var after = await bridge.ResumeAsync(connector);

        // The one that waits, two in the queue, three outside; the seventh was not taken.
        Assert.Equal(6u, after.Welcome.LastReceived);
        await after.NextLinesAsync(5);
        await after.SendAsync(Say.To("slow", "again"));
        Assert.Equal("slow: slow heard 7, again", await after.NextLineAsync());
    }

    [Fact]
    public async Task An_event_that_waits_for_too_long_is_reported_and_the_window_moves_on()
    {
        await using var bridge = await FeedBridge.StartAsync(("ScopeEvents", "1"), ("ScopeWaitTime", "00:00:17"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("slow", "wait"));
        await bridge.Talker.WaitsAsync("slow");
        await connector.SendAsync(Say.To("slow", "2"), Say.To("slow", "3"), Say.First("a", "4"));
        Assert.Equal("a: a heard 1, 4", await connector.NextLineAsync());

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(17));
        bridge.Clock.Advance(TimeSpan.FromSeconds(17));

        Assert.Equal("slow: 3 undelivered, Overloaded", await connector.NextLineAsync());
        await connector.UntilAcknowledgedAsync(4);
        Assert.Equal(1, bridge.Reached(Limit.FeedScopeWaitTime));
        bridge.Talker.Release("slow");
        await connector.SendAsync(Say.To("slow", "5"));
        Assert.Equal(["slow: slow heard 2, 2", "slow: slow heard 3, 5"], await connector.NextLinesAsync(2));
    }

    [Fact]
    public async Task Bytes_in_the_queues_of_all_scopes_are_bounded()
    {
        await using var bridge = await FeedBridge.StartAsync(("HeldBytes", "65536"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "wait"), Say.First("b", "wait"));
        await bridge.Talker.WaitsAsync("a");
        await bridge.Talker.WaitsAsync("b");
        var large = new string('x', 40_000);

        await connector.SendAsync(Say.To("a", large), Say.To("b", large));
        await connector.UntilAcknowledgedAsync(3);
        await WaitUntil.HoldsAsync(() => bridge.Reached(Limit.FeedHeldBytes) == 1);
        bridge.Talker.Release("a");
        Assert.Equal($"a: a heard 2, {large}", await connector.NextLineAsync());

        await connector.UntilAcknowledgedAsync(4);
        bridge.Talker.Release("b");
        Assert.Equal($"b: b heard 2, {large}", await connector.NextLineAsync());
    }

    [Theory]
    [InlineData("UnacknowledgedItems", "2", nameof(Limit.FeedUnacknowledgedItems), 10)]
    [InlineData("UnacknowledgedBytes", "65536", nameof(Limit.FeedUnacknowledgedBytes), 40_000)]
    public async Task What_is_not_acknowledged_makes_applications_wait(string key, string value, string limit, int length)
    {
        await using var bridge = await FeedBridge.StartAsync((key, value));
        using var connector = await bridge.DialAsync();
        var text = new string('x', length);
        await connector.SendAsync(Say.First("a", text), Say.To("a", text), Say.To("a", text), Say.To("a", text));
        await WaitUntil.HoldsAsync(() => bridge.Reached(Enum.Parse<Limit>(limit)) == 1);
        await connector.NextLinesAsync(2);
        Assert.Equal(2, bridge.Figures.Items);
        Assert.Equal(3, bridge.Talker.Heard.Count);

        await connector.AcknowledgeAsync(1);
        Assert.Equal($"a: a heard 3, {text}", await connector.NextLineAsync());
        await connector.AcknowledgeAsync();
        Assert.Equal($"a: a heard 4, {text}", await connector.NextLineAsync());
    }

    [Fact]
    public async Task A_connector_that_acknowledges_nothing_for_too_long_loses_the_call_and_not_the_feed()
    {
        await using var bridge = await FeedBridge.StartAsync(("UnacknowledgedItems", "1"), ("AcknowledgeTime", "00:00:23"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"), Say.To("a", "two"));
        await connector.NextLineAsync();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(23));
        bridge.Clock.Advance(TimeSpan.FromSeconds(23));

        var status = await connector.StatusAsync();

        Assert.Equal(StatusCode.DeadlineExceeded, status.StatusCode);
        Assert.Contains("Bridge:Stateless:AcknowledgeTime", status.Detail, StringComparison.Ordinal);
        Assert.Equal(1, bridge.Reached(Limit.FeedAcknowledgeTime));
        using var after = await bridge.ResumeAsync(connector);
        Assert.Equal("a: a heard 2, two", await after.NextLineAsync());
    }

    [Fact]
    public async Task The_time_of_an_event_that_waits_does_not_pass_while_the_connector_is_behind()
    {
        await using var bridge = await FeedBridge.StartAsync(("UnacknowledgedItems", "1"), ("ScopeWaitTime", "00:00:17"), ("AcknowledgeTime", "01:00:00"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"));
        await connector.NextLineAsync();
        await connector.SendAsync(Say.First("b", "two"));
        bridge.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(1u, connector.Acknowledged);

        await connector.AcknowledgeAsync();

        Assert.Equal("b: b heard 1, two", await connector.NextLineAsync());
        await connector.UntilAcknowledgedAsync(2);
        Assert.Equal(0, bridge.Reached(Limit.FeedScopeWaitTime));
    }

    [Fact]
    public async Task A_new_instance_waits_while_too_many_are_leaving_and_the_others_go_on()
    {
        await using var bridge = await FeedBridge.StartAsync(("Instances", "2"), ("LeavingInstances", "1"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "wait"), Say.First("b", "one"));
        await bridge.Talker.WaitsAsync("a");
        await connector.NextLineAsync();

        // c evicts a, which does not end; for d there is no place then.
        await connector.SendAsync(Say.First("c", "one"));
        Assert.Equal("c: c heard 1, one", await connector.NextLineAsync());
        await connector.SendAsync(Say.First("d", "one"), Say.To("b", "two"));
        Assert.Equal("b: b heard 2, two", await connector.NextLineAsync());
        Assert.Equal((1, 3u), (bridge.Reached(Limit.FeedLeavingInstances), connector.Acknowledged));

        bridge.Talker.Release("a");
        var lines = await connector.NextLinesAsync(5);
        Assert.Contains("d: d heard 1, one", lines);
        Assert.Contains("a: ended, Evicted", lines);
        await connector.UntilAcknowledgedAsync(5);
    }
}
