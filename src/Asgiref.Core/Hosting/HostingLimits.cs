namespace Asgiref.Core.Hosting;

/// <summary>
/// How long the applications of a host are waited for. Times are above zero and at most a day; each is reported under
/// its own name when it is reached.
/// </summary>
internal class HostingLimits
{
    /// <summary>So that no sum of them is more than a timer of the host can count.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <summary>From the disconnect event until <c>AsgiCancellation.Token</c> fires. Default 10 s.</summary>
    public TimeSpan GraceTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From that token until the client's side is let go of, although the application still runs. Default 5 s.</summary>
    public TimeSpan CancellationTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>From the beginning of a stop until running instances get their disconnect event. Default 30 s.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From <c>lifespan.startup</c> to its answer; later the start of the host has failed. Default 60 s.</summary>
    public TimeSpan LifespanStartupTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>From <c>lifespan.shutdown</c> to its answer; later the host stops without it. Default 30 s.</summary>
    public TimeSpan LifespanShutdownTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Calls of <c>receive</c>, and of <c>send</c>, that one instance may have waiting at once; the next one raises.
    /// Default 1000: far more than code that awaits its calls ever has.
    /// </summary>
    public int PendingCalls { get; set; } = 1000;
}
