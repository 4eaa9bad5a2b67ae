using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>What every hosted application shares with its host.</summary>
internal sealed class HostingContext(HostingLimits limits, BridgeMetrics metrics, TimeProvider clock, ILogger<HostingContext> logger)
{
    public HostingLimits Limits => limits;

    public BridgeMetrics Metrics => metrics;

    public TimeProvider Clock => clock;

    /// <summary>Never throws.</summary>
    public ILogger Logger { get; } = new GuardedLogger(logger);
}
