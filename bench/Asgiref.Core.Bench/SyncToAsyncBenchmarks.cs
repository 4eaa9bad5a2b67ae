using BenchmarkDotNet.Attributes;

namespace Asgiref.Core.Bench;

/// <summary>What one SyncToAsync call costs and allocates.</summary>
[MemoryDiagnoser]
public class SyncToAsyncBenchmarks
{
    private const int Calls = 1000;

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task Sensitive() => SyncToAsyncCalls.SensitiveAsync(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task OwnContext() => SyncToAsyncCalls.InContextAsync(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task BareThread() => SyncToAsyncCalls.BareThreadAsync(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task Pooled() => SyncToAsyncCalls.PooledAsync(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task TaskRun() => SyncToAsyncCalls.TaskRunAsync(Calls);
}
