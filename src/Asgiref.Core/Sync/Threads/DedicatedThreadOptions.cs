namespace Asgiref.Core.Sync.Threads;

/// <summary>The bounds of a <see cref="DedicatedThreadCache"/>.</summary>
/// <param name="Name">The name of its threads, for debuggers and dumps.</param>
/// <param name="MaxThreads">Threads at most, at least 1.</param>
/// <param name="MaxQueueLength">Work that may wait for a thread, 0 or more.</param>
/// <param name="QueueTimeout">How long work waits for a thread; zero refuses at once.</param>
/// <param name="IdleLifetime">How long a thread without work is kept; <see cref="Timeout.InfiniteTimeSpan"/> keeps it.</param>
/// <param name="StopTimeout">How long disposal waits for work that still runs.</param>
/// <param name="Clock">Measures these times.</param>
internal sealed record DedicatedThreadOptions(
    string Name,
    int MaxThreads,
    int MaxQueueLength,
    TimeSpan QueueTimeout,
    TimeSpan IdleLifetime,
    TimeSpan StopTimeout,
    TimeProvider Clock)
{
    /// <summary>
    /// Starts a thread without the starter's context: each piece of work brings its own (MAP-07). The system may refuse;
    /// a test does so in its place.
    /// </summary>
    public Action<Thread> Starter { get; init; } = static thread => thread.UnsafeStart();
}
