using Bridge.Server.Metrics;
using Bridge.Server.Samples;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Server.Tests.Grpc;

/// <summary>Calls that would go on for ever do not hold a stop up (GAP-21).</summary>
public sealed class StopTests
{
    private static readonly (string Key, string Value)[] ShortDrain =
    [
        ("Bridge:Limits:DrainTime", "00:00:00.1"),
        ("Bridge:Limits:ConnectionCloseTime", "00:00:00.1"),
    ];

    [Fact]
    [Covers("GAP-21")]
    public async Task An_open_conversation_ends_as_unavailable_when_the_drain_limit_is_over()
    {
        await using var bridge = await TestBridge.StartAsync("echo", EchoApplication.RunAsync, ShortDrain);
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart("echo"), Messages.Body("a", more: true));
        Assert.NotNull((await call.ReceiveAsync()).HttpResponseStart);

        var ending = call.EndAsync();
        await bridge.StopAsync();

        (await ending).AssertIs(StatusCode.Unavailable, "lost");
        Assert.Equal(0, bridge.Metrics.LiveInstances);
    }

    [Fact]
    public async Task A_call_without_its_first_message_ends_when_the_bridge_stops()
    {
        await using var bridge = await TestBridge.StartAsync("echo", EchoApplication.RunAsync, ShortDrain);
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);
        await EchoAsync();
        using var call = new TestCall(channel);

        // On the connection that is there now calls arrive in their order: after this one the bridge has the other.
        await EchoAsync();

        var ending = call.EndAsync();
        await bridge.StopAsync();

        Assert.NotEqual(StatusCode.OK, (await ending).Status.StatusCode);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.ConnectionCloseTime));

        async Task EchoAsync()
        {
            using var echo = await new TestCall(channel).SendAsync(Messages.HttpStart("echo"), Messages.Body("a"));
            (await echo.EndAsync()).AssertIs(StatusCode.OK, "finished");
        }
    }

    [Fact]
    public async Task A_websocket_conversation_is_closed_with_1012_at_once()
    {
        await using var bridge = await TestBridge.StartAsync("echo", EchoApplication.RunAsync);
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);
        using var call = await new TestCall(channel).SendAsync(Messages.WebSocketStart("echo"), Messages.WebSocketConnect());
        Assert.NotNull((await call.ReceiveAsync()).WebsocketAccept);

        var ending = call.EndAsync();
        await bridge.StopAsync();

        (await ending).AssertIs(StatusCode.Unavailable, "lost");
    }
}
