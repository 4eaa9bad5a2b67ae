using Asgiref.Core.Callables;

namespace CallWorker;

/// <summary>The functions of one process; the bridge hosts them as those of "bridge".</summary>
public static class Functions
{
    /// <summary>Those of every process: callers are told everything, and there is room for the contexts of many trees.</summary>
    public static CallableOptions Options { get; } = new() { DetailedErrors = true, ThreadContexts = 10_000 };

    /// <summary>For Bridge:Callables:Hosted. What waits there is released by nobody.</summary>
    public static CallableRegistry Hosted()
    {
        var registry = new CallableRegistry(Options);
        Add(registry, "bridge", new Signals(Console.WriteLine));
        return registry;
    }

    /// <summary>Adds all of them.</summary>
    internal static void Add(CallableRegistry registry, string process, Signals signals)
    {
        new Hops(registry, process).Add();
        new Deeds(registry, process, signals).Add();
    }
}
