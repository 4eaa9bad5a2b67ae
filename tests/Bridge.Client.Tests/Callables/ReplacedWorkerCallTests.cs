using Asgiref.Core.Callables;
using Asgiref.Core.Events;
using Bridge.Client.Callables;
using Bridge.Client.Workers;
using Bridge.Server.Hosting;
using Bridge.Server.Tests;
using Bridge.Server.Tests.Workers;
using Bridge.Server.Workers;

namespace Bridge.Client.Tests.Callables;

/// <summary>
/// A worker whose place a newer process takes, at a real bridge and over real sockets: what still runs in it goes on to call
/// and to be called back until it has finished.
/// </summary>
public sealed class ReplacedWorkerCallTests
{
    private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_function_of_the_older_process_calls_others_and_is_called_back()
    {
        await using var bridge = await StartAsync();
        await using var other = await WorkerAsync(bridge, "other", Other());
        await using var older = await WorkerAsync(bridge, "w", Functions("older"));
        await using var caller = await BridgeCaller.ConnectAsync(new BridgeCallerOptions { Address = bridge.Grpc.AbsoluteUri }).WithDeadline();
        var running = caller.Callables.CallAsync<int, string>("outer", 1).AsTask();
        await _began.Task.WithDeadline();

        await using var newer = await ReplaceAsync(bridge, older, Functions("newer"));
        _goOn.SetResult();

        Assert.Equal("older", await running.WithDeadline());
        Assert.Equal(WorkerEndingKind.Replaced, (await older.Completion.WithDeadline()).Kind);
        Assert.Equal("newer", await caller.Callables.CallAsync<int, string>("outer", 1).AsTask().WithDeadline());
    }

    [Fact]
    public async Task An_instance_of_the_older_process_calls_others_and_its_process_is_called_back()
    {
        await using var bridge = await StartAsync();
        await using var other = await WorkerAsync(bridge, "other", Other());
        await using var older = await WorkerAsync(bridge, "w", Functions("older"), serves: true);
        await bridge.Service<WorkerDirectory>().ReadyAsync("app");
        using var client = new HttpClient();
        var running = client.GetStringAsync(new Uri(bridge.Http, "/app"));
        await _began.Task.WithDeadline();

        await using var newer = await ReplaceAsync(bridge, older, Functions("newer"));
        _goOn.SetResult();

        Assert.Equal("older", await running.WithDeadline());
        Assert.Equal(WorkerEndingKind.Replaced, (await older.Completion.WithDeadline()).Kind);
    }

    /// <summary>A worker that calls back what calls it.</summary>
    private static CallableRegistry Other()
    {
        var registry = new CallableRegistry();
        return registry.AddAsync<int, string>("through", async number => await registry.CallAsync<int, string>("where", number));
    }

    private CallableRegistry Functions(string process)
    {
        var registry = new CallableRegistry();
        return registry
            .AddAsync<int, string>("outer", _ => CallAsync(registry))
            .Add<int, string>("where", _ => process);
    }

    private async Task<string> CallAsync(CallableRegistry registry)
    {
        _began.TrySetResult();
        await _goOn.Task;
        return await registry.CallAsync<int, string>("through", 1);
    }

    /// <summary>Starts a newer process of the worker, and waits until the older has been told.</summary>
    private async Task<BridgeWorker> ReplaceAsync(TestBridge bridge, BridgeWorker older, CallableRegistry registry)
    {
        var newer = await WorkerAsync(bridge, "w", registry);
        await WaitUntil.HoldsAsync(() => !older.IsReady);
        return newer;
    }

    private static Task<TestBridge> StartAsync() =>
        TestBridge.StartAsync([new HostedApplication("hosted", (_, _, _) => Task.CompletedTask) { Lifespan = Asgiref.Core.Hosting.LifespanMode.Off }]);

    private async Task<BridgeWorker> WorkerAsync(TestBridge bridge, string name, CallableRegistry registry, bool serves = false)
    {
        var options = new BridgeWorkerOptions
        {
            Address = bridge.Grpc.AbsoluteUri,
            Name = name,
            Callables = registry,
            ProcessId = Guid.NewGuid().ToByteArray(),
        };
        if (serves)
        {
            options.Applications.Add("app", async (_, _, send) =>
            {
                var answer = await CallAsync(registry);
                await send(new HttpResponseStartEvent { Status = 200 });
                await send(new HttpResponseBodyEvent { Body = System.Text.Encoding.UTF8.GetBytes(answer) });
            }, new WorkerApplicationOptions { Lifespan = WorkerLifespan.Off });
        }

        var worker = new BridgeWorker(options);
        await worker.StartAsync();
        await worker.WaitUntilReadyAsync().WithDeadline();
        return worker;
    }
}
