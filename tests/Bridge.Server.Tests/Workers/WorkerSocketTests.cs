using System.Net;
using System.Net.WebSockets;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Bridge.Protocol.Sessions;
using Bridge.Server.Samples;
using Bridge.Server.Tests.WebSockets;
using Bridge.Server.Workers;

namespace Bridge.Server.Tests.Workers;

/// <summary>WebSockets whose application is in another process.</summary>
public sealed class WorkerSocketTests
{
    [Fact]
    public async Task Messages_go_both_ways_and_a_close_keeps_its_code()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("echo", EchoApplication.RunAsync);
        using var client = await OpenAsync(bridge, "echo");

        for (var i = 0; i < 3; i++)
        {
            await SendAsync(client, $"hello {i}");
            Assert.Equal($"hello {i}", await ReceiveAsync(client));
        }

        await client.CloseAsync((WebSocketCloseStatus)4711, "bye", CancellationToken.None).WithDeadline();
        Assert.Equal(WebSocketState.Closed, client.State);
        await bridge.Service<WorkerDirectory>().RunningAsync("echo", 0);
    }

    [Fact]
    public async Task An_application_that_raises_closes_with_1011()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("app", AcceptThenAsync(_ => throw new InvalidOperationException("broken")));
        using var client = await OpenAsync(bridge, "app");

        Assert.Equal(1011, await CloseCodeAsync(client));
    }

    [Fact]
    public async Task A_worker_that_dies_closes_with_1001()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("echo", EchoApplication.RunAsync);
        using var client = await OpenAsync(bridge, "echo");

        worker.Kill();

        Assert.Equal(1001, await CloseCodeAsync(client));
    }

    [Fact]
    public async Task A_message_that_is_more_than_the_worker_takes_closes_with_1009()
    {
        await using var bridge = await StartAsync();
        await using var worker = await TestWorker.DialAsync(bridge.Grpc, options: new SessionOptions { EventBytes = 1000 });
        worker.Serve("echo", EchoApplication.RunAsync);
        using var client = await OpenAsync(bridge, "echo");

        await SendAsync(client, new string('x', 2000));

        Assert.Equal(1009, await CloseCodeAsync(client));
    }

    [Fact]
    public async Task A_bridge_that_stops_closes_with_1012_and_tells_the_application_so()
    {
        var heard = new TaskCompletionSource<AsgiEvent>();
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("app", AcceptThenAsync(async receive => heard.SetResult(await receive())));
        using var client = await OpenAsync(bridge, "app");

        var closing = CloseCodeAsync(client);
        await bridge.StopAsync();

        Assert.Equal(1012, await closing);
        Assert.Equal(1012, Assert.IsType<WebSocketDisconnectEvent>(await heard.Task.WithDeadline()).Code);
    }

    [Fact]
    public async Task A_handshake_that_no_worker_takes_is_denied_with_503()
    {
        await using var bridge = await StartAsync(("Bridge:Workers:QueueTime", "00:00:00.001"));
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Offer("app", Protocol.V1.OfferState.Added);
        await WaitUntil.HoldsAsync(() => bridge.Service<WorkerDirectory>().Names.Contains("app"));
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(AddressOf(bridge, "app"), CancellationToken.None).WithDeadline());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, client.HttpStatusCode);
    }

    private static Task<TestBridge> StartAsync(params (string Key, string Value)[] settings) =>
        TestBridge.StartAsync("hosted", (_, _, _) => Task.CompletedTask, settings);

    private static Uri AddressOf(TestBridge bridge, string application) => new($"ws://127.0.0.1:{bridge.Http.Port}/{application}");

    private static async Task<ClientWebSocket> OpenAsync(TestBridge bridge, string application)
    {
        await bridge.Service<WorkerDirectory>().ReadyAsync(application);
        var client = new ClientWebSocket();
        await client.ConnectAsync(AddressOf(bridge, application), CancellationToken.None).WithDeadline();
        return client;
    }

    private static AsgiApplication AcceptThenAsync(Func<AsgiReceive, Task> then) => async (scope, receive, send) =>
    {
        await Sockets.AcceptAsync(receive, send);
        await then(receive);
    };

    private static Task SendAsync(ClientWebSocket client, string text) =>
        client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).WithDeadline();

    private static async Task<string> ReceiveAsync(ClientWebSocket client)
    {
        var buffer = new byte[4096];
        var result = await client.ReceiveAsync(buffer, CancellationToken.None).WithDeadline();
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }

    private static async Task<int> CloseCodeAsync(ClientWebSocket client)
    {
        var result = await client.ReceiveAsync(new byte[4096], CancellationToken.None).WithDeadline();
        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
        return (int)result.CloseStatus!.Value;
    }
}
