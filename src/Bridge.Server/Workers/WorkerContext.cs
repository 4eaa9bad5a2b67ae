using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Workers;

/// <summary>
/// What everything about workers shares. One lock guards all of their state: what is done under it is short, and a place
/// that one application frees may be what another one waits for.
/// </summary>
internal sealed class WorkerContext(
    IOptions<WorkerOptions> options,
    HostingLimits limits,
    WorkerMetrics metrics,
    BridgeMetrics bridgeMetrics,
    TimeProvider clock,
    ILogger<WorkerContext> logger)
{
    public Lock Gate { get; } = new();

    public WorkerOptions Options { get; } = options.Value;

    public HostingLimits Limits => limits;

    public WorkerMetrics Metrics => metrics;

    public BridgeMetrics BridgeMetrics => bridgeMetrics;

    public TimeProvider Clock => clock;

    public ILogger Logger => logger;
}
