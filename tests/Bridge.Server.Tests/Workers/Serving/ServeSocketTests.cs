using System.Net.WebSockets;
using System.Text;
using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Server.Tests.Workers.Serving;

/// <summary>WebSockets whose application needs no more than generated stubs.</summary>
public sealed class ServeSocketTests
{
    [Fact]
    public async Task Messages_go_both_ways_and_the_close_of_the_client_keeps_its_code()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var (client, instance) = await OpenAsync(bridge, worker);
        using (client)
        {
            await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None).WithDeadline();
            await worker.EventAsync(instance, Events.Text((await worker.NextEventAsync(instance)).WebsocketReceive.Text + " back"));
            var buffer = new byte[100];
            var received = await client.ReceiveAsync(buffer, CancellationToken.None).WithDeadline();
            Assert.Equal("hello back", Encoding.UTF8.GetString(buffer, 0, received.Count));

            await client.CloseOutputAsync((WebSocketCloseStatus)4711, "bye", CancellationToken.None).WithDeadline();
            var disconnect = (await worker.NextEventAsync(instance)).WebsocketDisconnect;
            Assert.Equal((4711u, "bye"), (disconnect.Code, disconnect.Reason));
            await worker.FinishAsync(instance);
            await worker.ReadyAsync();
            await bridge.Directory.RunningAsync("app", 0);
        }
    }

    [Fact]
    public async Task The_application_closes_with_a_code_and_gets_its_disconnect()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var (client, instance) = await OpenAsync(bridge, worker);
        using (client)
        {
            var closing = CloseCodeAsync(client);
            await worker.EventAsync(instance, new SendEvent { WebsocketClose = new() { Code = 4000 } });
            Assert.Equal(4000, await closing);
            Assert.Equal(4000u, (await worker.NextEventAsync(instance)).WebsocketDisconnect.Code);
        }
    }

    [Fact]
    public async Task A_worker_that_dies_closes_with_1001()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var (client, _) = await OpenAsync(bridge, worker);
        using (client)
        {
            worker.Kill();
            Assert.Equal(1001, await CloseCodeAsync(client));
        }
    }

    [Fact]
    public async Task A_bridge_that_stops_closes_with_1012_tells_the_application_so_and_drains()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var (client, instance) = await OpenAsync(bridge, worker);
        using (client)
        {
            var closing = CloseCodeAsync(client);
            var stopping = bridge.Bridge.StopAsync();

            Assert.Equal(1012u, (await worker.NextEventAsync(instance)).WebsocketDisconnect.Code);
            Assert.Equal(1012, await closing);
            Assert.NotNull((await worker.NextAsync()).Drain);
            await worker.FinishAsync(instance);
            Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
            await bridge.FarewellAsync();
            await stopping;
        }
    }

    private static async Task<(ClientWebSocket Client, ulong Instance)> OpenAsync(WorkerBridge bridge, StubWorker worker)
    {
        await bridge.Directory.ReadyAsync("app");
        var client = new ClientWebSocket();
        var connecting = client.ConnectAsync(new Uri($"ws://127.0.0.1:{bridge.Bridge.Http.Port}/app"), CancellationToken.None);
        var (instance, scope) = await worker.NextStartAsync();
        Assert.Equal("2.3", scope.Asgi.SpecVersion);
        Assert.NotNull((await worker.NextEventAsync(instance)).WebsocketConnect);
        await worker.EventAsync(instance, Events.Accept());
        await connecting.WithDeadline();
        return (client, instance);
    }

    private static async Task<int> CloseCodeAsync(ClientWebSocket client)
    {
        var result = await client.ReceiveAsync(new byte[4096], CancellationToken.None).WithDeadline();
        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
        return (int)result.CloseStatus!.Value;
    }
}
