using Grpc.Core;

namespace Bridge.Server.Tests.Stateless;

/// <summary>Feeds when the bridge stops.</summary>
public sealed class StopTests
{
    [Fact]
    [Covers("SRV-20")]
    public async Task Instances_say_goodbye_and_their_connector_hears_it_before_the_status()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"));
        await connector.NextLineAsync();

        var stopping = bridge.Bridge.StopAsync();

        Assert.Equal(new Status(StatusCode.Unavailable, "The bridge is stopping."), await connector.StatusAsync());
        Assert.Equal(["a: a goodbye, stopping", "a: ended, Stopping"], connector.RestOfLines());
        await bridge.StopAsync();
        await stopping;
        Assert.Equal((0, 0, 0), (bridge.Figures.Open, bridge.Figures.Connected, bridge.Figures.Dropped));
    }

    [Fact]
    public async Task A_call_that_has_not_said_hello_ends_too()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = new Connector(bridge.Grpc);
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(30));

        var stopping = bridge.Bridge.StopAsync();

        Assert.Equal(StatusCode.Unavailable, (await connector.StatusAsync()).StatusCode);
        await bridge.StopAsync();
        await stopping;
    }

    [Fact]
    public async Task While_instances_end_nobody_new_is_let_in()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "wait"));
        await bridge.Talker.WaitsAsync("a");

        var stopping = bridge.Bridge.StopAsync();
        await WaitUntil.HoldsAsync(() => bridge.Bridge.Log.Messages.Any(line => line.StartsWith("Stopping: 1 feeds", StringComparison.Ordinal)));
        Assert.Equal(StatusCode.Unavailable, (await Connector.DialInVainAsync(bridge.Grpc, feed: "other")).StatusCode);
        bridge.Talker.Release("a");

        Assert.Equal(StatusCode.Unavailable, (await connector.StatusAsync()).StatusCode);
        await bridge.StopAsync();
        await stopping;
    }

    [Fact]
    public async Task A_feed_without_its_connector_ends_and_what_it_had_is_logged()
    {
        await using var bridge = await FeedBridge.StartAsync();
        var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "one"));
        await connector.NextLineAsync();
        connector.Dispose();
        await WaitUntil.HoldsAsync(() => bridge.Figures.Connected == 0);

        await bridge.StopAsync();

        Assert.Equal((0, 3), (bridge.Figures.Open, bridge.Figures.Dropped));
        Assert.Contains("Feed feed of application app ends without its connector; 1 items for it are dropped", bridge.Bridge.Log.Messages);
    }
}
