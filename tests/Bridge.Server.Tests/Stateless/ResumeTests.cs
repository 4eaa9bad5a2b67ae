using Bridge.Server.Metrics;
using Grpc.Core;

namespace Bridge.Server.Tests.Stateless;

/// <summary>Connectors that come back, that have lost their state, and that displace each other.</summary>
public sealed class ResumeTests
{
    [Fact]
    public async Task A_connector_that_comes_back_finds_its_instances_and_what_it_has_not_acknowledged()
    {
        await using var bridge = await FeedBridge.StartAsync();
        var before = await bridge.DialAsync();
        await before.SendAsync(Say.First("a", "one"), Say.To("a", "two"), Say.To("a", "three"));
        await before.NextLinesAsync(3);
        await before.UntilAcknowledgedAsync(3);
        await before.AcknowledgeAsync(1);
        before.Dispose();
        await WaitUntil.HoldsAsync(() => bridge.Figures.Connected == 0);

        using var after = await bridge.DialAsync(lastReceived: 2, acknowledged: 3);

        Assert.True(after.Welcome.Resumed);
        Assert.Equal(3u, after.Welcome.LastReceived);
        Assert.Equal("a: a heard 3, three", await after.NextLineAsync());
        await after.SendAsync(Say.To("a", "four"));
        Assert.Equal("a: a heard 4, four", await after.NextLineAsync());
        Assert.Equal((1, 1), (bridge.Figures.Resumed, bridge.Figures.Open));
    }

    [Fact]
    public async Task What_is_sent_while_no_connector_is_there_is_kept_for_it()
    {
        await using var bridge = await FeedBridge.StartAsync();
        var before = await bridge.DialAsync();
        await before.SendAsync(Say.First("a", "wait"), Say.To("a", "one"));
        await bridge.Talker.WaitsAsync("a");
        await before.UntilAcknowledgedAsync(2);
        before.Dispose();
        await WaitUntil.HoldsAsync(() => bridge.Figures.Connected == 0);

        bridge.Talker.Release("a");
        await WaitUntil.HoldsAsync(() => bridge.Figures.Items == 1);
        using var after = await bridge.DialAsync(acknowledged: 2);

        Assert.Equal("a: a heard 2, one", await after.NextLineAsync());
    }

    [Fact]
    public async Task Events_that_come_again_are_dropped_by_their_numbers()
    {
        await using var bridge = await FeedBridge.StartAsync();
        var before = await bridge.DialAsync();
        await before.SendAsync(Say.First("a", "one"), Say.To("a", "two"));
        await before.NextLinesAsync(2);

        using var after = await bridge.ResumeAsync(before);
        await after.SendAgainAsync(Say.To("a", "one").Numbered(1), Say.To("a", "two").Numbered(2), Say.To("a", "three").Numbered(3));

        Assert.Equal("a: a heard 3, three", await after.NextLineAsync());
        Assert.Equal((3, 2), (bridge.Figures.Events, bridge.Figures.Repeated));
        Assert.Equal(["a: one", "a: two", "a: three"], bridge.Talker.Heard);
    }

    [Fact]
    public async Task A_gap_ends_the_call_and_leaves_the_feed_to_be_gone_on_with()
    {
        await using var bridge = await FeedBridge.StartAsync();
        var before = await bridge.DialAsync();

        await before.SendAgainAsync(Say.First("a", "one").Numbered(1), Say.To("a", "three").Numbered(3), Say.To("a", "four").Numbered(4));

        Assert.Equal(
            new Status(StatusCode.InvalidArgument, "input.events[seq 3].seq: it follows 1; 2 is missing."), await before.StatusAsync());
        await WaitUntil.HoldsAsync(() => bridge.Figures.Connected == 0);
        using var after = await bridge.DialAsync();
        Assert.Equal((true, 1ul), (after.Welcome.Resumed, after.Welcome.LastReceived));
        await after.SendAsync(Say.To("a", "two"));
        Assert.Equal(["a: a heard 1, one", "a: a heard 2, two"], await after.NextLinesAsync(2));
    }

    [Fact]
    public async Task What_the_bridge_does_not_have_cannot_be_gone_on_with()
    {
        await using var bridge = await FeedBridge.StartAsync();

        Assert.Equal(StatusCode.FailedPrecondition, (await Connector.DialInVainAsync(bridge.Grpc, lastReceived: 1)).StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, (await Connector.DialInVainAsync(bridge.Grpc, acknowledged: 1)).StatusCode);

        Assert.Equal(0, bridge.Figures.Open);
    }

    [Fact]
    public async Task A_connector_that_forgot_what_it_had_acknowledged_is_told_so()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var before = await bridge.DialAsync();
        await before.SendAsync(Say.First("a", "one"), Say.To("a", "two"));
        await before.NextLinesAsync(2);
        await before.AcknowledgeAsync(2);
        await before.SendAsync(Say.To("a", "three"));
        await before.NextLineAsync();

        var status = await Connector.DialInVainAsync(bridge.Grpc, lastReceived: 1);

        Assert.Equal(
            new Status(
                StatusCode.FailedPrecondition,
                "Items up to 2 were acknowledged and are gone; the connector has received 1. Begin again with a higher epoch."),
            status);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    public async Task Numbers_that_were_never_given_are_refused(ulong lastReceived, ulong acknowledged)
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var before = await bridge.DialAsync();
        await before.SendAsync(Say.First("a", "one"));
        await before.NextLineAsync();

        var status = await Connector.DialInVainAsync(bridge.Grpc, lastReceived: lastReceived, acknowledged: acknowledged);

        Assert.Equal(new Status(StatusCode.InvalidArgument, "hello: it names numbers that this feed has never given."), status);
    }

    [Fact]
    public async Task A_higher_epoch_gets_a_fresh_start_when_the_instances_of_the_lower_one_have_ended()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var before = await bridge.DialAsync(epoch: 5);
        await before.SendAsync(Say.First("a", "one"), Say.To("a", "wait"));
        await bridge.Talker.WaitsAsync("a");

        var dialling = bridge.DialAsync(epoch: 6);
        Assert.Equal(new Status(StatusCode.Aborted, "A connector with a higher epoch has begun the feed again."), await before.StatusAsync());
        Assert.False(dialling.IsCompleted);
        bridge.Talker.Release("a");
        using var after = await dialling.WithDeadline();

        Assert.Equal((false, 0ul), (after.Welcome.Resumed, after.Welcome.LastReceived));
        await after.SendAsync(Say.First("a", "two"));
        Assert.Equal("a: a heard 1, two", await after.NextLineAsync());

        // Of the old instance: its answer, its goodbye and its report.
        Assert.Equal((1, 3), (bridge.Figures.Open, bridge.Figures.Dropped));
    }

    [Fact]
    public async Task A_higher_epoch_that_wants_to_go_on_changes_nothing()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var before = await bridge.DialAsync(epoch: 5);

        var status = await Connector.DialInVainAsync(bridge.Grpc, epoch: 6, lastReceived: 1);

        Assert.Equal(StatusCode.FailedPrecondition, status.StatusCode);
        await before.SendAsync(Say.First("a", "one"));
        Assert.Equal("a: a heard 1, one", await before.NextLineAsync());
    }

    [Fact]
    public async Task A_lower_epoch_is_sent_away()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var newer = await bridge.DialAsync(epoch: 5);

        var status = await Connector.DialInVainAsync(bridge.Grpc, epoch: 4);

        Assert.Equal(new Status(StatusCode.Aborted, "A connector with a higher epoch has the feed."), status);
        await newer.SendAsync(Say.First("a", "one"));
        Assert.Equal("a: a heard 1, one", await newer.NextLineAsync());
    }

    [Fact]
    public async Task Of_two_calls_with_one_feed_the_newer_replaces_the_older()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var older = await bridge.DialAsync();
        await older.SendAsync(Say.First("a", "one"));
        await older.NextLineAsync();
        await older.UntilAcknowledgedAsync(1);

        using var newer = await bridge.DialAsync(lastReceived: 1, acknowledged: 1);

        Assert.Equal(new Status(StatusCode.Aborted, "Another call has taken the feed over."), await older.StatusAsync());
        await newer.SendAsync(Say.To("a", "two"));
        Assert.Equal("a: a heard 2, two", await newer.NextLineAsync());
        Assert.Equal(1, bridge.Figures.Connected);
    }

    [Fact]
    public async Task A_feed_stays_with_its_application()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var before = await bridge.DialAsync();

        var status = await Connector.DialInVainAsync(bridge.Grpc, application: "other");

        Assert.Equal(new Status(StatusCode.InvalidArgument, "hello.application: the feed is one of \"app\"."), status);
    }

    [Fact]
    public async Task A_feed_that_nobody_comes_back_to_ends_after_the_resume_time()
    {
        await using var bridge = await FeedBridge.StartAsync(("ResumeTime", "00:00:42"));
        var before = await bridge.DialAsync();
        await before.SendAsync(Say.First("a", "one"));
        await before.NextLineAsync();
        await before.UntilAcknowledgedAsync(1);
        before.Dispose();

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(42));
        bridge.Clock.Advance(TimeSpan.FromSeconds(42));

        await WaitUntil.HoldsAsync(() => bridge.Figures.Open == 0);
        Assert.Equal(0, bridge.Bridge.Metrics.LiveInstances);

        // The answer, the goodbye and the report.
        Assert.Equal((1, 3), (bridge.Reached(Limit.FeedResumeTime), bridge.Figures.Dropped));
        Assert.Equal(StatusCode.FailedPrecondition, (await Connector.DialInVainAsync(bridge.Grpc, lastReceived: 1)).StatusCode);
        using var fresh = await bridge.DialAsync();
        Assert.False(fresh.Welcome.Resumed);
    }

    [Fact]
    public async Task A_connector_that_comes_back_in_time_stops_the_clock()
    {
        await using var bridge = await FeedBridge.StartAsync(("ResumeTime", "00:00:42"));
        var before = await bridge.DialAsync();
        before.Dispose();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(42));
        bridge.Clock.Advance(TimeSpan.FromSeconds(41));

        using var after = await bridge.DialAsync();
        bridge.Clock.Advance(TimeSpan.FromSeconds(60));
        await after.SendAsync(Say.First("a", "one"));

        Assert.Equal("a: a heard 1, one", await after.NextLineAsync());
        Assert.Equal(0, bridge.Reached(Limit.FeedResumeTime));
    }
}
