namespace Asgiref.Core.Sync;

/// <summary>The threads of this library: those that pump event loops and those that run thread-sensitive calls.</summary>
/// <remarks>
/// They are kept for a while and used again, because starting one costs more than a call. One that is needed beyond the
/// bound is refused at once: waiting for a thread that another waiting call holds would be a deadlock.
/// </remarks>
internal static class WorkerThreads
{
    /// <summary>Event loops and thread-sensitive contexts at one time, in the process. Default 4096.</summary>
    public const int MaxThreads = 4096;

    public static DedicatedThreadCache Shared { get; } = Create("asgiref worker", MaxThreads);

    public static DedicatedThreadCache Create(string name, int maxThreads) => new(new DedicatedThreadOptions(
        name,
        maxThreads,
        MaxQueueLength: 0,
        QueueTimeout: TimeSpan.Zero,
        IdleLifetime: TimeSpan.FromSeconds(10),
        StopTimeout: TimeSpan.FromSeconds(10),
        TimeProvider.System));
}
