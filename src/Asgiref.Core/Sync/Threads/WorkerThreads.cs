namespace Asgiref.Core.Sync.Threads;

/// <summary>The threads of this library: those that pump event loops and those that run thread-sensitive calls.</summary>
/// <remarks>
/// They are kept for a while and used again, because starting one costs more than a call. One that is needed beyond the
/// bound is refused at once: waiting for a thread that another waiting call holds would be a deadlock.
/// </remarks>
internal static class WorkerThreads
{
    /// <summary>The name of the threads of loops and contexts.</summary>
    public const string SharedName = "asgiref worker";

    /// <summary>The name of the process's thread for thread-sensitive calls.</summary>
    public const string SensitiveName = "asgiref thread-sensitive";

    public static DedicatedThreadCache Shared { get; } = Create(SharedName, SyncLimits.MaxThreads);

    public static DedicatedThreadCache Create(string name, int maxThreads) => new(new DedicatedThreadOptions(
        name,
        maxThreads,
        MaxQueueLength: 0,
        QueueTimeout: TimeSpan.Zero,
        IdleLifetime: TimeSpan.FromSeconds(10),
        StopTimeout: TimeSpan.FromSeconds(10),
        TimeProvider.System));
}
