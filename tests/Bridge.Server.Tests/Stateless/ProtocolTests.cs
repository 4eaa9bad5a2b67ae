using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Grpc.Core;

namespace Bridge.Server.Tests.Stateless;

/// <summary>What connectors do wrong, and the limits of what they send.</summary>
public sealed class ProtocolTests
{
    private static readonly string Large = new('x', 2000);

    [Theory]
    [InlineData("", "app", 1, "hello.feed_id: it has 0 characters; it has 1 to 128.")]
    [InlineData("feed", "", 1, "hello.application: it has 0 characters; it has 1 to 128.")]
    [InlineData("feed", "app", 0, "hello.epoch: it is missing; it is above 0.")]
    public async Task A_wrong_hello_is_named(string feed, string application, ulong epoch, string problem)
    {
        await using var bridge = await FeedBridge.StartAsync();

        var status = await Connector.DialInVainAsync(bridge.Grpc, application, feed, epoch);

        Assert.Equal(new Status(StatusCode.InvalidArgument, problem), status);
    }

    [Fact]
    public async Task A_feed_of_an_application_that_nobody_has_is_not_found()
    {
        await using var bridge = await FeedBridge.StartAsync();

        var status = await Connector.DialInVainAsync(bridge.Grpc, "nobody");

        Assert.Equal(new Status(StatusCode.NotFound, "No application is named \"nobody\"."), status);
    }

    [Fact]
    public async Task The_hello_comes_first()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = new Connector(bridge.Grpc);

        await connector.SendAsync(new FeedRequest { Input = new FeedInput() });

        Assert.Equal(new Status(StatusCode.InvalidArgument, "hello: the first message is not the hello."), await connector.StatusAsync());
    }

    [Fact]
    public async Task A_half_close_before_the_hello_is_wrong()
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = new Connector(bridge.Grpc);

        await connector.HalfCloseAsync();

        Assert.Equal(
            new Status(StatusCode.InvalidArgument, "hello: the connector half-closed the stream before it."), await connector.StatusAsync());
    }

    [Fact]
    public async Task The_hello_comes_in_time()
    {
        await using var bridge = await FeedBridge.StartAsync(("Bridge:Grpc:StartMessageTime", "00:00:31"));
        using var connector = new Connector(bridge.Grpc);
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(31));

        bridge.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(
            new Status(StatusCode.DeadlineExceeded, "No hello within 00:00:31 (Bridge:Grpc:StartMessageTime)."), await connector.StatusAsync());
        Assert.Equal(1, bridge.Reached(Limit.StartMessageTime));
    }

    public static TheoryData<string, string> WrongMessages => new()
    {
        { """{ "hello": { "feedId": "feed", "application": "app", "epoch": 1 } }""", "hello: a second one." },
        { "{}", "kind: the message has no kind." },
        { """{ "input": { "acknowledged": 1 } }""", "input.acknowledged: it is 1; 0 is the last number that was given." },
        { """{ "input": { "events": [{ "seq": 1 }] } }""", "input.events[seq 1].event: it is missing." },
        {
            """{ "input": { "events": [{ "seq": 1, "event": { "custom": { "type": "t" } } }] } }""",
            "input.events[seq 1].scope_id: it has 0 characters; it has 1 to 256."
        },
        { """{ "input": { "events": [{ "scopeId": "a", "seq": 1, "event": {} }] } }""", "input.events[seq 1]: event.kind: " },
        {
            """{ "input": { "events": [{ "scopeId": "a", "seq": 1, "event": { "httpDisconnect": {} } }] } }""",
            "input.events[seq 1].event: it is http.disconnect; a feed has custom events."
        },
        {
            """{ "input": { "events": [{ "scopeId": "a", "seq": 1, "event": { "custom": { "type": "t" } }, "scope": { "asgi": { "version": "3.0" }, "lifespan": {} } }] } }""",
            "input.events[seq 1].scope: it is of type lifespan; a feed has custom scopes."
        },
        {
            """{ "input": { "events": [{ "scopeId": "a", "seq": 1, "event": { "custom": { "type": "t" } }, "scope": { "asgi": { "version": "3.0" } } }] } }""",
            "input.events[seq 1]: scope.kind: "
        },
    };

    [Theory]
    [MemberData(nameof(WrongMessages))]
    public async Task A_wrong_message_ends_the_call_and_is_named(string message, string problem)
    {
        await using var bridge = await FeedBridge.StartAsync();
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(FeedRequest.Parser.ParseJson(message));

        var status = await connector.StatusAsync();
        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.StartsWith(problem, status.Detail, StringComparison.Ordinal);
        using var after = await bridge.ResumeAsync(connector);
        Assert.True(after.Welcome.Resumed);
    }

    [Theory]
    [InlineData(false, "EventBytes", nameof(Limit.FeedEventBytes))]
    [InlineData(true, "ScopeBytes", nameof(Limit.FeedScopeBytes))]
    public async Task What_is_too_large_ends_the_call(bool isScope, string key, string limit)
    {
        await using var bridge = await FeedBridge.StartAsync((key, "1024"));
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(isScope ? Say.To("a", "one", Say.ScopeOf(Large)) : Say.First("a", Large));

        var status = await connector.StatusAsync();
        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        Assert.EndsWith($"at most 1024 are taken (Bridge:Stateless:{key}).", status.Detail, StringComparison.Ordinal);
        Assert.Equal(1, bridge.Reached(Enum.Parse<Limit>(limit)));
    }

    [Fact]
    public async Task An_event_of_an_application_that_is_too_large_raises_out_of_its_send()
    {
        var raised = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bridge = await FeedBridge.StartAsync(
            async (_, receive, send) =>
            {
                await receive();
                raised.SetResult(await Record.ExceptionAsync(async () => await send(Talker.Text(Large))));
                await send(Talker.Text("small"));
                await receive();
            },
            ("EventBytes", "1024"));
        using var connector = await bridge.DialAsync();

        await connector.SendAsync(Say.First("a", "one"));

        var error = Assert.IsType<Asgiref.Core.InvalidAsgiEventException>(await raised.Task.WithDeadline());
        Assert.Contains("at most 1024 are taken (Bridge:Stateless:EventBytes)", error.Message, StringComparison.Ordinal);
        Assert.Equal("a: small", await connector.NextLineAsync());
    }

    [Fact]
    public async Task The_least_recently_used_scope_is_forgotten_for_a_new_one()
    {
        await using var bridge = await FeedBridge.StartAsync(("Instances", "1"), ("KnownScopes", "2"));
        using var connector = await bridge.DialAsync();
        await connector.SendAsync(Say.First("a", "end"), Say.First("b", "end"), Say.To("a", "end"), Say.First("c", "end"));
        await connector.NextLinesAsync(4);

        await connector.SendAsync(Say.To("a", "end"), Say.To("b", "end"));

        Assert.Equal(["a: ended, Finished", "b: 6 undelivered, ScopeMissing"], (await connector.NextLinesAsync(2)).Order());
        Assert.Equal(1, bridge.Reached(Limit.FeedKnownScopes));
    }

    [Fact]
    public async Task Feeds_are_limited_with_those_that_wait_for_their_connector()
    {
        await using var bridge = await FeedBridge.StartAsync(("Feeds", "1"));
        var one = await bridge.DialAsync(feed: "one");
        one.Dispose();

        var status = await Connector.DialInVainAsync(bridge.Grpc, feed: "two");

        Assert.Equal(new Status(StatusCode.ResourceExhausted, "1 feeds are open (Bridge:Stateless:Feeds)."), status);
        Assert.Equal(1, bridge.Reached(Limit.Feeds));
        using var again = await bridge.DialAsync(feed: "one");
        Assert.True(again.Welcome.Resumed);
    }
}
