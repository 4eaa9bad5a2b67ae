using Asgiref.Core.Local;
using Asgiref.Core.Sync;
using BenchmarkDotNet.Attributes;

namespace Asgiref.Core.Bench;

/// <summary>The pieces that calls are made of, and that users meet by themselves.</summary>
[MemoryDiagnoser]
public class FlowBenchmarks
{
    private const int Calls = 1000;
    private static readonly Local<string> Value = new();
    private static readonly AsyncLocal<string?> Plain = new();

    [GlobalSetup]
    public void Setup()
    {
        Value.Value = "value";
        Plain.Value = "value";
    }

    [Benchmark]
    public string GetLocal() => Value.Value;

    [Benchmark]
    public string? GetAsyncLocal() => Plain.Value;

    [Benchmark]
    public void SetLocal() => Value.Value = new string('v', 1);

    [Benchmark]
    public void SetAsyncLocal() => Plain.Value = new string('v', 1);

    [Benchmark(OperationsPerInvoke = Calls)]
    public async Task AwaitAsgiTask()
    {
        for (var i = 0; i < Calls; i++)
        {
            await AsgiTaskAsync();
        }
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public async Task AwaitTask()
    {
        for (var i = 0; i < Calls; i++)
        {
            await TaskAsync();
        }
    }

    // The compared methods wait for nothing, so that only their builders are seen.
#pragma warning disable CS1998
    private static async AsgiTask AsgiTaskAsync()
    {
    }

    private static async Task TaskAsync()
    {
    }
#pragma warning restore CS1998
}
