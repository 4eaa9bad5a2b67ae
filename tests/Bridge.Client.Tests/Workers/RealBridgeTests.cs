using System.Net;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Client.Workers;
using Bridge.Server.Hosting;
using Bridge.Server.Tests;
using Bridge.Server.Tests.Workers;
using Bridge.Server.Workers;

namespace Bridge.Client.Tests.Workers;

/// <summary>Workers of the SDK on a real bridge, over real sockets.</summary>
public sealed class RealBridgeTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task A_worker_serves_requests_of_the_front_with_the_state_of_its_own_lifespan()
    {
        await using var bridge = await StartAsync();
        await using var worker = Worker(bridge, async (scope, receive, send) =>
        {
            if (scope is LifespanScope lifespan)
            {
                await receive();
                lifespan.State!["greeting"] = "hello from its state";
                await send(LifespanStartupCompleteEvent.Instance);
                await receive();
                await send(LifespanShutdownCompleteEvent.Instance);
                return;
            }

            await RespondAsync(send, (string)scope.State!["greeting"]!);
        });
        await worker.StartAsync();

        Assert.Equal("hello from its state", await GetAsync(bridge));
        await worker.StopAsync().WithDeadline();
        await bridge.Service<WorkerDirectory>().ReadyAsync("app", 0);
    }

    [Fact]
    public async Task A_worker_shows_its_token()
    {
        await using var bridge = await StartAsync(("Bridge:Token", "open-sesame"));
        await using var worker = Worker(bridge, Saying("hello"), options => options.Token = "open-sesame");
        await worker.StartAsync();

        Assert.Equal("hello", await GetAsync(bridge));
    }

    [Fact]
    public async Task No_request_fails_while_a_worker_stops_and_the_next_one_starts()
    {
        await using var bridge = await StartAsync();
        var worker = Worker(bridge, Saying("0"));
        await worker.StartAsync();
        await bridge.Service<WorkerDirectory>().ReadyAsync("app");
        using var enough = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(_ => KeepAskingAsync(bridge, enough.Token)).ToArray();

        for (var generation = 1; generation <= 5; generation++)
        {
            await worker.StopAsync().WithDeadline();
            await worker.DisposeAsync();
            worker = Worker(bridge, Saying($"{generation}"));
            await worker.StartAsync();
            await UntilHeardAsync(bridge, $"{generation}");
        }

        await enough.CancelAsync();
        var statuses = (await Task.WhenAll(clients).WithDeadline()).SelectMany(seen => seen).ToList();
        Assert.True(statuses.Count > 8);
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        await worker.DisposeAsync();
    }

    [Fact]
    public async Task A_bridge_that_stops_lets_its_worker_finish_and_the_worker_looks_for_another_one()
    {
        var go = new TaskCompletionSource();
        var running = new TaskCompletionSource();
        var bridge = await StartAsync();
        await using var worker = Worker(bridge, async (scope, receive, send) =>
        {
            if (scope is HttpScope)
            {
                running.TrySetResult();
                await go.Task;
            }

            await Saying("finished")(scope, receive, send);
        });
        await worker.StartAsync();
        var answer = GetAsync(bridge);
        await running.Task.WithDeadline();

        var stopping = bridge.StopAsync();
        go.SetResult();

        Assert.Equal("finished", await answer.WithDeadline());
        await stopping;
        await bridge.DisposeAsync();
        Assert.False(worker.Completion.IsCompleted);
    }

    private static Task<TestBridge> StartAsync(params (string Key, string Value)[] settings) =>
        TestBridge.StartAsync([new HostedApplication("hosted", Saying("hosted")) { Lifespan = Asgiref.Core.Hosting.LifespanMode.Off }], settings);

    private static BridgeWorker Worker(TestBridge bridge, AsgiApplication application, Action<BridgeWorkerOptions>? configure = null)
    {
        var options = new BridgeWorkerOptions { Address = bridge.Grpc.AbsoluteUri, Name = "web" };
        options.Applications.Add("app", application);
        configure?.Invoke(options);
        return new BridgeWorker(options);
    }

    private static AsgiApplication Saying(string text) => (scope, _, send) =>
        scope is HttpScope ? RespondAsync(send, text) : throw new NotSupportedException(scope.Type);

    private static async Task RespondAsync(AsgiSend send, string text)
    {
        await send(new HttpResponseStartEvent { Status = 200 });
        await send(new HttpResponseBodyEvent { Body = Encoding.UTF8.GetBytes(text) });
    }

    private static async Task<string> GetAsync(TestBridge bridge)
    {
        await WaitUntil.HoldsAsync(() => bridge.Service<WorkerDirectory>().Names.Contains("app"));
        return await Client.GetStringAsync(new Uri(bridge.Http, "/app")).WithDeadline();
    }

    private static async Task UntilHeardAsync(TestBridge bridge, string text)
    {
        while (await GetAsync(bridge) != text)
        {
            await Task.Yield();
        }
    }

    private static async Task<List<HttpStatusCode>> KeepAskingAsync(TestBridge bridge, CancellationToken enough)
    {
        var seen = new List<HttpStatusCode>();
        while (!enough.IsCancellationRequested)
        {
            using var answer = await Client.GetAsync(new Uri(bridge.Http, "/app"), CancellationToken.None).WithDeadline();
            seen.Add(answer.StatusCode);
        }

        return seen;
    }
}
