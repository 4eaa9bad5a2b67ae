using Asgiref.Core.Callables;

namespace Bridge.Bench.BenchApplications;

/// <summary>The functions that the benchmarks call.</summary>
public static class Callables
{
    /// <summary>What the bridge hosts.</summary>
    public static CallableRegistry Hosted() => EchoAs("echo");

    /// <summary>An asynchronous function that gives its argument back, under a name of one's own.</summary>
    public static CallableRegistry EchoAs(string name) => new CallableRegistry().AddAsync<byte[], byte[]>(name, Task.FromResult);
}
