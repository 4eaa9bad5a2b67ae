using System.Runtime.CompilerServices;
using System.Text.Json;
using Asgiref.Core.Callables;

namespace Bridge.Server.Samples;

/// <summary>Functions that the bridge hosts when its configuration names none, so that the first call answers.</summary>
internal static class SampleCallables
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <summary>An argument to try each with that has one result, as JSON.</summary>
    public static IReadOnlyDictionary<string, string> TryWith { get; } = new Dictionary<string, string>
    {
        ["greet"] = "\"Ann\"",
        ["sum"] = "[1, 2, 3]",
        ["relay"] = "{\"callable\": \"greet\", \"argument\": \"Bo\"}",
    };

    public static IReadOnlyList<CallableRegistry> Make(IConfiguration configuration)
    {
        var options = new CallableOptions { DetailedErrors = configuration.GetValue("Bridge:DetailedErrors", false) };
        var plain = new CallableRegistry(options)
            .AddAsync<string, string>("greet", GreetAsync)
            .Add<double[], double>("sum", static numbers => numbers.Sum())
            .AddStream<int, int>("count", CountAsync);

        // In a registry of its own it finds everything through the bridge, also the others here.
        var calling = new CallableRegistry(options);
        calling.AddAsync<Relayed, JsonElement>("relay", (relayed, cancellationToken) => RelayAsync(calling, relayed, cancellationToken));
        return [plain, calling];
    }

    private static async Task<string> GreetAsync(string name, CancellationToken cancellationToken)
    {
        await Task.Delay(Pace, cancellationToken);
        return $"Hello {name}, from the bridge.";
    }

    private static async IAsyncEnumerable<int> CountAsync(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; number <= to; number++)
        {
            await Task.Delay(Pace, cancellationToken);
            yield return number;
        }
    }

    /// <summary>Awaits another function, wherever it lives.</summary>
    private static async Task<JsonElement> RelayAsync(CallableRegistry registry, Relayed relayed, CancellationToken cancellationToken) =>
        await registry.CallAsync<JsonElement, JsonElement>(relayed.Callable, relayed.Argument, cancellationToken);

    /// <summary>The argument of <c>relay</c>.</summary>
    /// <param name="Callable">What to call.</param>
    /// <param name="Argument">With what.</param>
    internal sealed record Relayed(string Callable, JsonElement Argument);
}
