namespace Asgiref.Core.Sync.Threads;

/// <summary>Helps with timers that are armed again for what is left of a time.</summary>
internal static class TimerExtensions
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Arms the timer for once. A timer counts whole milliseconds and may fire a little early; one that is armed again
    /// for the fraction that is left would spin, so it waits for a millisecond at least.
    /// </summary>
    public static void ChangeTo(this ITimer timer, TimeSpan due) => timer.Change(due > Shortest ? due : Shortest, Timeout.InfiniteTimeSpan);
}
