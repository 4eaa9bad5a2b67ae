namespace Asgiref.Core.Sync;

/// <summary>How an <see cref="EventLoop"/> behaves.</summary>
public sealed record EventLoopOptions
{
    /// <summary>The options of a loop for which none are given.</summary>
    public static EventLoopOptions Default { get; } = new();

    /// <summary>Where calls run that are not thread-sensitive and come from the loop's code (SYNC-05). Default the thread pool.</summary>
    public IWorkExecutor DefaultExecutor { get; init; } = ThreadPoolExecutor.Instance;

    /// <summary>How long an ending loop waits for its tasks after it has cancelled them. Default 10 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Measures that time. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
