using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync;

/// <summary>
/// The bounds of <see cref="SyncToAsync"/>, <see cref="AsyncToSync"/> and their loops, and how often each has refused
/// something. What is refused throws a <see cref="ThreadLimitException"/> at once and never runs; nothing waits for a bound,
/// because what it would wait for may wait for the refused call.
/// </summary>
/// <remarks>Safe for concurrent use. The counts are the process's, since its start.</remarks>
public static class SyncLimits
{
    /// <summary>Event loops and thread-sensitive contexts that have a thread at one time, in the process: 4096.</summary>
    public const int MaxThreads = 4096;

    /// <summary>
    /// Calls that may wait for one thread: that of a <see cref="ThreadSensitiveContext"/>, the process's one for
    /// thread-sensitive calls, a caller's that is blocked in <see cref="AsyncToSync"/>: 65,536. A cancelled call keeps its
    /// place until its turn comes. It is also the default of <see cref="EventLoopOptions.MaxQueuedCalls"/>.
    /// </summary>
    public const int MaxQueuedCalls = 65_536;

    private static long QueueRefusals;

    /// <summary>How many loops and contexts got no thread, by <see cref="MaxThreads"/> or by the system.</summary>
    public static long RefusedThreads => WorkerThreads.Shared.RefusedCount;

    /// <summary>How many calls and tasks found a full queue.</summary>
    public static long RefusedCalls => Volatile.Read(ref QueueRefusals);

    /// <exception cref="ThreadLimitException">The queue is full; counted.</exception>
    internal static void ThrowIfFull(string queue, int count, int limit, IBusyThread thread)
    {
        if (count >= limit)
        {
            Interlocked.Increment(ref QueueRefusals);
            var holder = thread.DescribeHolder() is { } description ? $" {description}." : "";
            throw new ThreadLimitException($"{queue}: {count} calls wait for its thread already ({nameof(MaxQueuedCalls)}).{holder}");
        }
    }
}
