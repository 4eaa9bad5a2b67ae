using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>What every hosted application shares with its host.</summary>
internal sealed record HostingContext(HostingLimits Limits, BridgeMetrics Metrics, TimeProvider Clock, ILogger<HostingContext> Logger);
