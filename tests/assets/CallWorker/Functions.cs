using System.Globalization;
using Asgiref.Core.Callables;
using CallWorker.Trees;

namespace CallWorker;

/// <summary>The functions of one process; the bridge hosts them as those of "bridge".</summary>
public static class Functions
{
    /// <summary>Those of every process: callers are told everything, and there is room for the contexts of many trees.</summary>
    public static CallableOptions Options { get; } = new() { DetailedErrors = true, ThreadContexts = 10_000 };

    /// <summary>Tells what the bridge's process has under way, but for the call of this function.</summary>
    public const string BridgeFigures = "bridge.figures";

    /// <summary>For Bridge:Callables:Hosted. What waits there is released by nobody.</summary>
    public static CallableRegistry Hosted()
    {
        var registry = new CallableRegistry(Options);
        Add(registry, "bridge", new Signals(Console.WriteLine));
        registry.AddAsync<NoValue, Dictionary<string, long>>(BridgeFigures, _ =>
        {
            var figures = ProcessFigures.Of(registry).ToDictionary(StringComparer.Ordinal);
            figures["taken"]--;
            return Task.FromResult(figures);
        });
        new TreeRunner(registry, "bridge", Mismatch).Add();
        return registry;
    }

    /// <summary>Adds all of them.</summary>
    internal static void Add(CallableRegistry registry, string process, Signals signals)
    {
        new Hops(registry, process).Add();
        new Deeds(registry, process, signals).Add();
    }

    /// <summary>Tells on standard output what a tree of calls did not see as planned.</summary>
    internal static void Mismatch(int tree, string what) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mismatch {tree} {what}"));
}
