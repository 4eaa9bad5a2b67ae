using System.Net;
using System.Net.WebSockets;
using System.Text;
using Bridge.EndToEnd.Tests.Faults;
using Bridge.EndToEnd.Tests.Running;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>What a sample of every language has to manage as an application, behind a real bridge.</summary>
internal static class WorkerChecks
{
    private static readonly HttpClient Client = new();

    private static readonly Dictionary<string, Func<BridgeProcess, WorkerSample, Task>> Checks = new()
    {
        ["requests_one_after_another_and_at_once"] = AnswersAsync,
        ["a_web_socket_and_its_close"] = EchoesAsync,
        ["a_client_that_leaves"] = OutlivesItsClientAsync,
        ["a_kill_loses_what_ran"] = IsKilledAsync,
        ["a_stop_finishes_what_runs"] = IsStoppedAsync,
        ["a_bridge_that_comes_back"] = ComesBackAsync,
    };

    public static TheoryData<string> All { get; } = [.. Checks.Keys];

    public static Task PassesAsync(SharedBridge shared, WorkerSample sample, string check) => Checks[check](shared.Samples, sample);

    private static async Task AnswersAsync(BridgeProcess bridge, WorkerSample sample)
    {
        var name = NewName();
        await using var worker = await StubWorkerProcess.StartAsync(bridge, sample, name, calls: 4);
        for (var number = 0; number < 3; number++)
        {
            Assert.Equal($"POST /{name}/{number}\nhello {number}", await PostAsync(bridge, $"/{name}/{number}", $"hello {number}"));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => PostAsync(bridge, $"/{name}", $"body {number}"))).WithDeadline();
        Assert.Equal(Enumerable.Range(0, 32).Select(number => $"POST /{name}\nbody {number}"), answers);
    }

    private static async Task EchoesAsync(BridgeProcess bridge, WorkerSample sample)
    {
        var name = NewName();
        await using var worker = await StubWorkerProcess.StartAsync(bridge, sample, name, calls: 1);
        for (var time = 0; time < 2; time++)
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new UriBuilder(bridge.Http($"/{name}")) { Scheme = "ws" }.Uri, CancellationToken.None).WithDeadline();
            foreach (var kind in new[] { WebSocketMessageType.Text, WebSocketMessageType.Binary })
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes("grüße"), kind, true, CancellationToken.None).WithDeadline();
                var buffer = new byte[100];
                var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WithDeadline();
                Assert.Equal((kind, "grüße"), (received.MessageType, Encoding.UTF8.GetString(buffer, 0, received.Count)));
            }

            // The one call of the worker is free again for the next.
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
        }
    }

    private static async Task OutlivesItsClientAsync(BridgeProcess bridge, WorkerSample sample)
    {
        var name = NewName();
        await using var worker = await StubWorkerProcess.StartAsync(bridge, sample, name, calls: 1);
        using var leaving = new CancellationTokenSource();
        using var content = new HeldContent();
        var asking = Client.PostAsync(bridge.Http($"/{name}"), content, leaving.Token);
        await RunningAsync(bridge, name, 1);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WithDeadline());
        Assert.Equal($"POST /{name}\nnext", await PostAsync(bridge, $"/{name}", "next"));
    }

    private static async Task IsKilledAsync(BridgeProcess bridge, WorkerSample sample)
    {
        var name = NewName();
        await using var worker = await StubWorkerProcess.StartAsync(bridge, sample, name, calls: 2);
        using var content = new HeldContent();
        var asking = Client.PostAsync(bridge.Http($"/{name}"), content);
        await RunningAsync(bridge, name, 1);

        await worker.KillAsync();
        await ServerMetrics.WaitForAsync(bridge, sample.ReadyOf(name), 0);
        await RunningAsync(bridge, name, 0);

        // This client reads no answer before it has sent its whole request.
        content.Release();
        using var answer = await asking.WithDeadline();
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
    }

    private static async Task IsStoppedAsync(BridgeProcess bridge, WorkerSample sample)
    {
        var name = NewName();
        await using var worker = await StubWorkerProcess.StartAsync(bridge, sample, name, calls: 3);
        using var content = new HeldContent();
        var asking = Client.PostAsync(bridge.Http($"/{name}"), content);
        await RunningAsync(bridge, name, 1);

        await worker.TerminateAsync();
        await ServerMetrics.WaitForAsync(bridge, sample.ReadyOf(name), 0);
        content.Release();

        using var answer = await asking.WithDeadline();
        Assert.Equal($"POST /{name}\nfirst second", await answer.Content.ReadAsStringAsync().WithDeadline());
        var exitCode = await worker.ExitAsync();
        Assert.True(exitCode == 0, $"{exitCode}: {worker.Said}");
    }

    private static async Task ComesBackAsync(BridgeProcess shared, WorkerSample sample)
    {
        var name = NewName();

        // Not a port that the system gives out: somebody could get it while no bridge listens.
        string[] settings = [.. ServerSettings.Samples, $"--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:{FreePort.Find()}"];
        var first = await BridgeProcess.StartAsync(settings);
        StubWorkerProcess worker;
        await using (first)
        {
            worker = await StubWorkerProcess.StartAsync(first, sample, name, calls: 2);
        }

        await using (worker)
        {
            await using var second = await BridgeProcess.StartAsync(settings);
            await ServerMetrics.WaitForAsync(second, sample.ReadyOf(name), 2);
            Assert.Equal($"POST /{name}\nagain", await PostAsync(second, $"/{name}", "again"));
            await worker.TerminateAsync();
            Assert.Equal(0, await worker.ExitAsync());
        }
    }

    private static string NewName() => $"worker-{Guid.NewGuid():n}";

    private static Task RunningAsync(BridgeProcess bridge, string name, int instances) =>
        ServerMetrics.WaitForAsync(bridge, $"bridge_workers_instances{{application=\"{name}\"}}", instances);

    private static async Task<string> PostAsync(BridgeProcess bridge, string path, string body)
    {
        using var answer = await Client.PostAsync(bridge.Http(path), new StringContent(body)).WithDeadline();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync().WithDeadline();
    }
}
