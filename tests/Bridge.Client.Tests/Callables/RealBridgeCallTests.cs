using Asgiref.Core.Callables;
using Asgiref.Core.Local;
using Asgiref.Core.Values;
using Bridge.Client.Callables;
using Bridge.Client.Workers;
using Bridge.Server.Hosting;
using Bridge.Server.Tests;

namespace Bridge.Client.Tests.Callables;

/// <summary>Calls between processes of the SDK through a real bridge, over real sockets; each worker has a process id of its own.</summary>
public sealed class RealBridgeCallTests
{
    [Fact]
    public async Task A_caller_calls_a_worker_and_the_bag_goes_there_and_back()
    {
        await using var bridge = await StartAsync();
        var registry = new CallableRegistry().Add<string, string>("greet", name =>
        {
            ContextBag.Set("greeted", name);
            return $"hello {name}, says {(ContextBag.TryGet("who", out var who) ? who : AsgiValue.None)}";
        });
        await using var worker = await WorkerAsync(bridge, "w1", registry);
        await using var caller = await BridgeCaller.ConnectAsync(new BridgeCallerOptions { Address = bridge.Grpc.AbsoluteUri }).WithDeadline();

        ContextBag.Set("who", "ann");
        var greeting = await caller.Callables.SyncToAsync<string, string>("greet").InvokeAsync("bob");

        Assert.Contains("hello bob", greeting, StringComparison.Ordinal);
        Assert.Contains("ann", greeting, StringComparison.Ordinal);
        Assert.True(ContextBag.TryGet("greeted", out var greeted));
        Assert.Equal<AsgiValue>("bob", greeted);
        var refused = await Assert.ThrowsAsync<CallRefusedException>(() => caller.Callables.CallAsync<int, int>("nowhere", 1).AsTask().WithDeadline());
        Assert.Equal(CallRefusal.NotFound, refused.Code);
    }

    [Fact]
    public async Task A_callback_through_another_worker_runs_on_the_thread_that_is_blocked_here()
    {
        await using var bridge = await StartAsync();
        var there = new CallableRegistry();
        there.AddAsync<int, int>("there", async number => await there.CallAsync<int, int>("thread", number));
        await using var other = await WorkerAsync(bridge, "w2", there);
        var here = new CallableRegistry().Add<int, int>("thread", _ => Environment.CurrentManagedThreadId);
        await using var worker = await WorkerAsync(bridge, "w1", here);

        var blocked = Task.Factory.StartNew(
            () => (Own: Environment.CurrentManagedThreadId, Callback: here.Call<int, int>("there", 1)),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        var (own, callback) = await blocked.WithDeadline();
        Assert.Equal(own, callback);
    }

    [Fact]
    public async Task A_stream_arrives_in_order_and_a_reader_that_stops_cancels_it()
    {
        await using var bridge = await StartAsync();
        var cancelled = new TaskCompletionSource();
        var registry = new CallableRegistry().AddStream<int, int>("count", (from, token) => CountAsync(from, cancelled, token));
        await using var worker = await WorkerAsync(bridge, "w1", registry);
        await using var caller = await BridgeCaller.ConnectAsync(new BridgeCallerOptions { Address = bridge.Grpc.AbsoluteUri }).WithDeadline();
        var seen = new List<int>();
        await foreach (var number in caller.Callables.Stream<int, int>("count").InvokeAsync(5))
        {
            seen.Add(number);
            if (seen.Count == 1000)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(5, 1000), seen);
        await cancelled.Task.WithDeadline();
    }

    private static async IAsyncEnumerable<int> CountAsync(
        int from, TaskCompletionSource cancelled, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            for (var number = from; ; number++)
            {
                token.ThrowIfCancellationRequested();
                yield return number;
            }
        }
        finally
        {
            cancelled.TrySetResult();
        }
    }

    private static Task<TestBridge> StartAsync() =>
        TestBridge.StartAsync([new HostedApplication("hosted", (_, _, _) => Task.CompletedTask) { Lifespan = Asgiref.Core.Hosting.LifespanMode.Off }]);

    private static async Task<BridgeWorker> WorkerAsync(TestBridge bridge, string name, CallableRegistry registry)
    {
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
