using Asgiref.Core.Wsgi;
using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>How a WSGI application is run; the meanings and defaults are those of <see cref="WsgiOptions"/>.</summary>
internal sealed class WsgiSettings
{
    private static readonly WsgiOptions Default = new();

    public int? DuplicateHeaderLimit { get; set; } = Default.DuplicateHeaderLimit;

    public int MaxThreads { get; set; } = Default.MaxThreads;

    public int MaxQueuedRequests { get; set; } = Default.MaxQueuedRequests;

    public TimeSpan ThreadQueueTimeout { get; set; } = Default.ThreadQueueTimeout;

    public TimeSpan ThreadIdleLifetime { get; set; } = Default.ThreadIdleLifetime;

    public bool SingleThreaded { get; set; }

    public bool MultiProcess { get; set; } = Default.MultiProcess;

    /// <summary>Entries of the deployer for every environ.</summary>
    public IDictionary<string, string> Environ { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public WsgiOptions ToOptions(BridgeMetrics metrics) => new()
    {
        DuplicateHeaderLimit = DuplicateHeaderLimit,
        MaxThreads = MaxThreads,
        MaxQueuedRequests = MaxQueuedRequests,
        ThreadQueueTimeout = ThreadQueueTimeout,
        ThreadIdleLifetime = ThreadIdleLifetime,
        SingleThreaded = SingleThreaded,
        MultiProcess = MultiProcess,
        Environ = Environ.ToDictionary(entry => entry.Key, object (entry) => entry.Value, StringComparer.Ordinal),
        LimitReached = limit => metrics.Reached(limit == WsgiLimit.Threads ? Limit.WsgiThreads : Limit.DuplicateHeaders),
    };
}
