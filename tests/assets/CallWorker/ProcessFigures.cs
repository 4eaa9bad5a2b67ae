using Asgiref.Core.Callables;
using Asgiref.Core.Sync.Threads;

namespace CallWorker;

/// <summary>What a process has while calls run, and must not have when none does.</summary>
internal static class ProcessFigures
{
    /// <summary>
    /// Calls made and not ended; calls taken and not ended; contexts of other processes with a place; own contexts known by
    /// their ids; threads of loops and contexts with work.
    /// </summary>
    public static IReadOnlyDictionary<string, long> Of(CallableRegistry registry) => new SortedDictionary<string, long>(StringComparer.Ordinal)
    {
        ["made"] = registry.Calls.Count,
        ["taken"] = registry.Host.LiveCalls,
        ["contexts"] = registry.Host.ThreadContexts.Count,
        ["own"] = registry.Host.ThreadContexts.OwnCount,
        ["threads"] = WorkerThreads.Shared.ThreadCount - WorkerThreads.Shared.IdleCount,
    };
}
