using System.Net;
using System.Net.WebSockets;
using System.Text;
using Bridge.EndToEnd.Tests.Running;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>The sample worker and the server, each a process of its own, as somebody meets them who follows its README.</summary>
public sealed class DotnetWorkerTests : IDisposable
{
    private const string Token = "tell-nobody";

    private readonly HttpClient _http = new();

    [Fact]
    public async Task A_worker_serves_HTTP_and_WebSockets_and_stops_with_0()
    {
        await using var bridge = await BridgeProcess.StartAsync([.. ServerSettings.Samples, $"--Bridge:Token={Token}"]);
        await using var worker = new WorkerProcess($"http://{bridge.GrpcAddress}", "w1", Token);
        await worker.UntilSaidAsync("w1: Ready");
        using var socket = new ClientWebSocket();
        var address = new UriBuilder(bridge.Http("/guestbook")) { Scheme = "ws" }.Uri;
        await socket.ConnectAsync(address, CancellationToken.None).WithDeadline();

        Assert.Equal(HttpStatusCode.Created, await WriteAsync(bridge, "hello"));
        Assert.Equal("hello\n", await ReadAsync(bridge));
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).WithDeadline();
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));

        await worker.TerminateAsync();
        var closed = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).WithDeadline();
        Assert.Equal((WebSocketMessageType.Close, 1012), (closed.MessageType, (int)socket.CloseStatus!));
        Assert.Equal(0, await worker.ExitAsync());
    }

    [Fact]
    public async Task A_worker_comes_back_by_itself_when_the_bridge_was_restarted_and_keeps_its_state()
    {
        var path = Path.Combine(Path.GetTempPath(), $"bridge-{Guid.NewGuid():N}.sock");
        string[] settings = [.. ServerSettings.Samples, $"--Kestrel:Endpoints:Grpc:Url=http://unix:{path}"];
        await using var worker = new WorkerProcess($"unix:{path}", "w1", Token);
        await using (var first = await BridgeProcess.StartAsync(settings))
        {
            await worker.UntilSaidAsync("w1: Ready");
            Assert.Equal(HttpStatusCode.Created, await WriteAsync(first, "before"));
        }

        await using var second = await BridgeProcess.StartAsync(settings);
        await worker.UntilSaidAsync("w1: Ready", times: 2);
        Assert.Equal("before\n", await ReadAsync(second));
    }

    [Fact]
    public async Task Of_two_processes_of_one_name_the_newer_serves_and_the_older_ends_with_0()
    {
        await using var bridge = await BridgeProcess.StartAsync(ServerSettings.Samples);
        await using var older = new WorkerProcess($"http://{bridge.GrpcAddress}", "w1", Token);
        await older.UntilSaidAsync("w1: Ready");
        Assert.Equal(HttpStatusCode.Created, await WriteAsync(bridge, "to the older"));
        await using var newer = new WorkerProcess($"http://{bridge.GrpcAddress}", "w1", Token);
        await newer.UntilSaidAsync("w1: Ready");

        Assert.Equal(0, await older.ExitAsync());
        Assert.Contains("w1: Replaced.", older.Said, StringComparison.Ordinal);
        Assert.Equal("", await ReadAsync(bridge));
        Assert.DoesNotContain("w1: Stopped", newer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_ends_the_worker_with_1_and_the_reason()
    {
        await using var bridge = await BridgeProcess.StartAsync([.. ServerSettings.Samples, $"--Bridge:Token={Token}"]);
        await using var worker = new WorkerProcess($"http://{bridge.GrpcAddress}", "w1", "wrong");

        Assert.Equal(1, await worker.ExitAsync());
        await WaitUntil.HoldsAsync(() => worker.Said.Contains("(Unauthenticated)", StringComparison.Ordinal));
        Assert.DoesNotContain(Token, bridge.Said, StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpStatusCode> WriteAsync(BridgeProcess bridge, string entry)
    {
        using var body = new StringContent(entry);
        using var response = await _http.PostAsync(bridge.Http("/guestbook"), body).WithDeadline();
        return response.StatusCode;
    }

    private Task<string> ReadAsync(BridgeProcess bridge) => _http.GetStringAsync(bridge.Http("/guestbook")).WithDeadline();
}
