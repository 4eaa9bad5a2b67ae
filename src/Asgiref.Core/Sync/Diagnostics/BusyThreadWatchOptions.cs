namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>When a <see cref="BusyThreadWatch"/> reports.</summary>
public sealed record BusyThreadWatchOptions
{
    /// <summary>
    /// How long one call may keep a thread while others wait for it, before it is reported. Default 30 s;
    /// <see cref="Timeout.InfiniteTimeSpan"/> reports nothing. Above zero, at most 24 days.
    /// </summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Measures that time. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
