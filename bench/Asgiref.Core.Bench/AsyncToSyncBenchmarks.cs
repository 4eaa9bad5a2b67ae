using BenchmarkDotNet.Attributes;

namespace Asgiref.Core.Bench;

/// <summary>What one AsyncToSync call costs and allocates.</summary>
[MemoryDiagnoser]
public class AsyncToSyncBenchmarks
{
    private const int Calls = 1000;

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task NewLoop() => AsyncToSyncCalls.NewLoopAsync(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task SingleThreadContext() => AsyncToSyncCalls.InContextAsync(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task ParentLoop() => AsyncToSyncCalls.ParentLoopAsync(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task BareLoop() => AsyncToSyncCalls.BareAsync(Calls);
}
