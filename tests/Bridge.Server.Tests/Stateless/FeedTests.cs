namespace Bridge.Server.Tests.Stateless;

/// <summary>What a connector and its instances have for each other while all is well.</summary>
public sealed class FeedTests
{
    [Fact]
    [Covers("SRV-03", "SRV-04", "SRV-06")]
    public async Task Each_scope_has_an_instance_of_its_own_that_answers_in_order()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();
        Assert.False(connector.Welcome.Resumed);
        Assert.Equal((1000u, 65536u, 8192u), (connector.Welcome.WindowEvents, connector.Welcome.EventBytes, connector.Welcome.ScopeBytes));

        await connector.SendAsync(Say.First("a", "one"));
        await connector.SendAsync(Say.To("a", "two"), Say.To("a", "three"));
        Assert.Equal(["a: a heard 1, one", "a: a heard 2, two", "a: a heard 3, three"], await connector.NextLinesAsync(3));

        await connector.SendAsync(Say.First("b", "four"));
        Assert.Equal("b: b heard 1, four", await connector.NextLineAsync());
        await connector.SendAsync(Say.To("a", "five"));
        Assert.Equal("a: a heard 4, five", await connector.NextLineAsync());
        await connector.UntilAcknowledgedAsync(5);
        Assert.Equal(2, bridge.Bridge.Metrics.LiveInstances);
    }

    [Fact]
    public async Task Many_scopes_in_one_message_are_all_answered_and_acknowledged()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();
        var scopes = Enumerable.Range(0, 300).Select(number => $"s{number}").ToArray();

        await connector.SendAsync([.. scopes.Select(scope => Say.First(scope, "hello"))]);

        var lines = await connector.NextLinesAsync(scopes.Length);
        Assert.Equal(scopes.Select(scope => $"{scope}: {scope} heard 1, hello").Order(), lines.Order());
        await connector.UntilAcknowledgedAsync(300);
        Assert.Equal((300, 300), (bridge.Figures.Events, bridge.Figures.Items));
    }

    [Fact]
    [Covers("SRV-14")]
    public async Task An_instance_that_has_ended_is_followed_by_a_fresh_one_with_the_scope_that_is_remembered()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"), Say.To("a", "end"));
        Assert.Equal(["a: a heard 1, one", "a: ended, Finished"], await connector.NextLinesAsync(2));

        await connector.SendAsync(Say.To("a", "two"));

        Assert.Equal("a: a heard 1, two", await connector.NextLineAsync());
    }

    [Fact]
    public async Task A_scope_that_comes_again_is_for_the_next_instance()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(Say.First("a", "one"), Say.To("a", "two", Say.ScopeOf("renamed")));
        Assert.Equal(["a: a heard 1, one", "a: a heard 2, two"], await connector.NextLinesAsync(2));
        await connector.SendAsync(Say.To("a", "end"));
        Assert.Equal("a: ended, Finished", await connector.NextLineAsync());
        await connector.SendAsync(Say.To("a", "three"));

        Assert.Equal("a: renamed heard 1, three", await connector.NextLineAsync());
    }

    [Fact]
    public async Task An_event_for_an_unknown_scope_is_reported_and_its_number_is_used_up()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(Say.To("a", "lost"), Say.First("a", "found"));

        Assert.Equal(["a: 1 undelivered, ScopeMissing", "a: a heard 1, found"], await connector.NextLinesAsync(2));
        await connector.UntilAcknowledgedAsync(2);
        Assert.Equal(1, bridge.Figures.Undelivered);
    }

    [Fact]
    public async Task Two_feeds_do_not_meet()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var one = await bridge.DialAsync(feed: "one");
        using var two = await bridge.DialAsync(feed: "two");

        await one.SendAsync(Say.First("a", "first"));
        Assert.Equal("a: a heard 1, first", await one.NextLineAsync());
        await two.SendAsync(Say.First("a", "second"));

        Assert.Equal("a: a heard 1, second", await two.NextLineAsync());
        Assert.Equal((2, 2), (bridge.Figures.Open, bridge.Figures.Connected));
    }
}
