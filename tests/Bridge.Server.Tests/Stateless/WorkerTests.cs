using Bridge.Protocol.V1;
using Bridge.Server.Tests.Workers;
using Bridge.Server.Tests.Workers.Serving;
using Bridge.Server.Workers;

namespace Bridge.Server.Tests.Stateless;

/// <summary>Stateless applications that live in workers.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task A_worker_behind_a_session_has_an_instance_for_each_scope()
    {
        await using var bridge = await FeedBridge.StartAsync();
        var talker = new Talker();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("remote", talker.RunAsync);
        await bridge.Bridge.Service<WorkerDirectory>().ReadyAsync("remote", 1);
        using var connector = await Connector.DialAsync(bridge.Grpc, "remote");

        await connector.SendAsync(Say.First("a", "one"), Say.To("a", "two"), Say.First("b", "one"));

        Assert.Equal(["a: a heard 1, one", "a: a heard 2, two", "b: b heard 1, one"], (await connector.NextLinesAsync(3)).Order());
        await connector.SendAsync(Say.To("a", "raise"));
        Assert.Equal("a: ended, Failed", await connector.NextLineAsync());
        await connector.SendAsync(Say.To("a", "three"));
        Assert.Equal("a: a heard 1, three", await connector.NextLineAsync());
    }

    [Fact]
    public async Task A_disconnect_reaches_a_worker_behind_what_came_before_it()
    {
        await using var bridge = await FeedBridge.StartAsync();
        var talker = new Talker();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("remote", talker.RunAsync);
        await bridge.Bridge.Service<WorkerDirectory>().ReadyAsync("remote", 1);
        using var connector = await Connector.DialAsync(bridge.Grpc, "remote");

        await connector.SendAsync(Say.First("a", "wait"), Say.To("a", "hush"), Say.To("a", "end"), Say.Bye("a"));
        await talker.WaitsAsync("a");
        await connector.UntilAcknowledgedAsync(4);
        talker.Release("a");

        Assert.Equal("a: ended, Closed", await connector.NextLineAsync());
        Assert.Equal(["a: wait", "a: hush", "a: end"], talker.Heard);
    }

    [Fact]
    public async Task An_instance_that_is_lost_with_its_worker_is_reported()
    {
        await using var bridge = await FeedBridge.StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("remote", new Talker().RunAsync);
        await bridge.Bridge.Service<WorkerDirectory>().ReadyAsync("remote", 1);
        using var connector = await Connector.DialAsync(bridge.Grpc, "remote");
        await connector.SendAsync(Say.First("a", "one"));
        await connector.NextLineAsync();

        worker.Kill();

        Assert.Equal("a: ended, Lost", await connector.NextLineAsync());
    }

    [Fact]
    public async Task A_worker_behind_Serve_is_heard_until_it_finishes()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc, "remote");
        using var connector = await Connector.DialAsync(bridge.Grpc, "remote");

        await connector.SendAsync(Say.First("a", "one"), Say.Bye("a"));
        var (instance, scope) = await worker.NextStartAsync();
        Assert.Equal("test", scope.Custom.Type);
        Assert.Equal("test.text", (await worker.NextAsync()).Event.Custom.Type);
        Assert.Equal("test.disconnect", (await worker.NextAsync()).Event.Custom.Type);
        await worker.EventAsync(instance, new SendEvent { Custom = Said("farewell") });
        await worker.FinishAsync(instance);

        Assert.Equal(["a: farewell", "a: ended, Closed"], await connector.NextLinesAsync(2));
    }

    [Fact]
    public async Task Events_for_which_no_worker_has_a_place_in_time_are_reported()
    {
        await using var bridge = await FeedBridge.StartAsync(("Bridge:Workers:QueueTime", "00:00:13"));
        using var worker = await StubWorker.DialAsync(bridge.Grpc, "remote");
        using var connector = await Connector.DialAsync(bridge.Grpc, "remote");
        await connector.SendAsync(Say.First("a", "one"));
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(13));

        bridge.Clock.Advance(TimeSpan.FromSeconds(13));

        Assert.Equal(["a: ended, Refused", "a: 1 undelivered, Ended"], await connector.NextLinesAsync(2));
    }

    private static CustomEvent Said(string text) => new() { Type = "test.text", Values = { ["text"] = new Value { TextValue = text } } };
}
