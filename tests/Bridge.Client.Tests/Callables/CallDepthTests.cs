using Asgiref.Core.Callables;
using Bridge.Client.Callables;
using Bridge.Client.Workers;
using Bridge.Server.Hosting;
using Bridge.Server.Tests;

namespace Bridge.Client.Tests.Callables;

/// <summary>How deep calls go between two workers of a real bridge, at the highest limit that there is.</summary>
public sealed class CallDepthTests
{
    private readonly CallableOptions _options = new() { CallDepth = CallableOptions.MaxCallDepth };

    [Fact]
    public async Task A_tree_of_as_many_calls_as_the_highest_limit_ends_well_and_one_more_is_refused()
    {
        await using var bridge = await TestBridge.StartAsync(
            [new HostedApplication("hosted", (_, _, _) => Task.CompletedTask) { Lifespan = Asgiref.Core.Hosting.LifespanMode.Off }],
            ("Bridge:Callables:CallDepth", $"{CallableOptions.MaxCallDepth}"));
        await using var ping = await WorkerAsync(bridge, "ping", "pong");
        await using var pong = await WorkerAsync(bridge, "pong", "ping");
        await using var caller = await BridgeCaller.ConnectAsync(new BridgeCallerOptions
        {
            Address = bridge.Grpc.AbsoluteUri,
            Callables = new CallableRegistry(_options),
        }).WithDeadline();
        var deepest = CallableOptions.MaxCallDepth - 1;

        Assert.Equal(deepest, await caller.Callables.CallAsync<int, int>("ping", deepest).AsTask().WithDeadline());
        var error = await Assert.ThrowsAsync<RemoteCallException>(() => caller.Callables.CallAsync<int, int>("ping", deepest + 1).AsTask().WithDeadline());

        Assert.Equal(typeof(CallRefusedException).FullName, error.TypeName);
        Assert.Equal("'ping' would be call 129 of its tree; 128 may be made from within one another (CallDepth).", error.Message);
    }

    private async Task<BridgeWorker> WorkerAsync(TestBridge bridge, string name, string other)
    {
        var registry = new CallableRegistry(_options);
        registry.AddAsync<int, int>(name, async left => left == 0 ? 0 : 1 + await registry.CallAsync<int, int>(other, left - 1));
        var worker = new BridgeWorker(new BridgeWorkerOptions
        {
            Address = bridge.Grpc.AbsoluteUri,
            Name = name,
            Callables = registry,
            ProcessId = Guid.NewGuid().ToByteArray(),
        });
        await worker.StartAsync();
        await worker.WaitUntilReadyAsync().WithDeadline();
        return worker;
    }
}
