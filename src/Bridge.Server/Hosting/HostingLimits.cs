namespace Bridge.Server.Hosting;

/// <summary>
/// How long hosted applications are waited for; configuration section <c>Bridge:Limits</c>. Times are written
/// <c>hh:mm:ss</c>, are above zero and at most a day; each is counted under its own name when it is reached.
/// </summary>
internal sealed class HostingLimits
{
    public const string Section = "Bridge:Limits";

    /// <summary>So that no sum of them is more than a timer of the host can count.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <summary>From the disconnect event until <c>AsgiCancellation.Token</c> fires. Default 10 s.</summary>
    public TimeSpan GraceTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From that token until the client's side is let go of, although the application still runs. Default 5 s.</summary>
    public TimeSpan CancellationTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>From the stop signal until running instances get their disconnect event. Default 30 s.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From <c>lifespan.startup</c> to its answer; later the start of the bridge has failed. Default 60 s.</summary>
    public TimeSpan LifespanStartupTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>From <c>lifespan.shutdown</c> to its answer; later the bridge stops without it. Default 30 s.</summary>
    public TimeSpan LifespanShutdownTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What connections have left to close when no instance is left; later they are aborted. Default 5 s.</summary>
    public TimeSpan ConnectionCloseTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a function may keep a thread of Asgiref.Core's while other calls wait for it, before it is logged with its
    /// name. It is not disturbed. Default 30 s.
    /// </summary>
    public TimeSpan BusyThreadTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Calls of <c>receive</c>, and of <c>send</c>, that one instance may have waiting at once; the next one raises.
    /// Default 1000: far more than code that awaits its calls ever has.
    /// </summary>
    public int PendingCalls { get; set; } = 1000;

    /// <summary>
    /// What a stop takes at most; the host's own shutdown time-out must be longer. The stop time-outs of WSGI adapters come
    /// after it, when the host lets go of the applications.
    /// </summary>
    public TimeSpan LongestStop => DrainTime + GraceTime + CancellationTime + LifespanShutdownTime + CancellationTime + ConnectionCloseTime;
}
