namespace Asgiref.Core.Sync;

/// <summary>The threads of this library: those that pump event loops and those that run thread-sensitive calls.</summary>
/// <remarks>
/// They are kept for a while and used again, because starting one costs more than a call. One that is needed beyond the
/// bound is refused at once: waiting for a thread that another waiting call holds would be a deadlock.
/// </remarks>
internal static class WorkerThreads
{
    public static DedicatedThreadCache Shared { get; } = Create("asgiref worker", SyncLimits.MaxThreads);

    public static DedicatedThreadCache Create(string name, int maxThreads) => new(new DedicatedThreadOptions(
        name,
        maxThreads,
        MaxQueueLength: 0,
        QueueTimeout: TimeSpan.Zero,
        IdleLifetime: TimeSpan.FromSeconds(10),
        StopTimeout: TimeSpan.FromSeconds(10),
        TimeProvider.System));
}
