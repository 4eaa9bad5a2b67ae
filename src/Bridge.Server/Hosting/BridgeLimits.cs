using Asgiref.Core.Hosting;

namespace Bridge.Server.Hosting;

/// <summary>How long the bridge waits for its applications and connections; configuration section <c>Bridge:Limits</c>, times written <c>hh:mm:ss</c>.</summary>
internal sealed class BridgeLimits : HostingLimits
{
    public const string Section = "Bridge:Limits";

    /// <summary>What connections have left to close when no instance is left; later they are aborted. Default 5 s.</summary>
    public TimeSpan ConnectionCloseTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a function may keep a thread of Asgiref.Core's while other calls wait for it, before it is logged with its
    /// name. It is not disturbed. Default 30 s.
    /// </summary>
    public TimeSpan BusyThreadTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What a stop takes at most; the host's own shutdown time-out must be longer. The stop time-outs of WSGI adapters come
    /// after it, when the host lets go of the applications.
    /// </summary>
    public TimeSpan LongestStop => DrainTime + GraceTime + CancellationTime + LifespanShutdownTime + CancellationTime + ConnectionCloseTime;
}
