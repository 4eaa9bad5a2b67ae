using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync;

/// <summary>How an <see cref="EventLoop"/> behaves.</summary>
public sealed record EventLoopOptions
{
    /// <summary>The options of a loop for which none are given.</summary>
    public static EventLoopOptions Default { get; } = new();

    /// <summary>Where calls run that are not thread-sensitive and come from the loop's code (SYNC-05). Default the thread pool.</summary>
    public IWorkExecutor DefaultExecutor { get; init; } = ThreadPoolExecutor.Instance;

    /// <summary>
    /// Tasks that may wait for the loop to begin them; the next is refused. Continuations and callbacks are never refused,
    /// and do not count: a task that has begun must be able to end. Default <see cref="SyncLimits.MaxQueuedCalls"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxQueuedCalls
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = SyncLimits.MaxQueuedCalls;

    /// <summary>How long an ending loop waits for its tasks after it has cancelled them. Default 10 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Measures that time. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Lends the loop its thread.</summary>
    internal DedicatedThreadCache Threads { get; init; } = WorkerThreads.Shared;
}
