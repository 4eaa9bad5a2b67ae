using Asgiref.Core.Hosting;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Bridge.Server.Sessions;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Workers.Serving;

/// <summary>What all calls of <c>Serve</c> share.</summary>
internal sealed class ServeContext(
    WorkerDirectory directory,
    WorkerContext workers,
    IOptions<GrpcOptions> options,
    ServeMetrics metrics,
    BridgeNode node,
    ILogger<ServeContext> logger)
{
    public WorkerDirectory Directory => directory;

    public WorkerContext Workers => workers;

    public GrpcOptions Options { get; } = options.Value;

    public HostingLimits Limits => workers.Limits;

    public ServeMetrics Metrics => metrics;

    public BridgeMetrics BridgeMetrics => workers.BridgeMetrics;

    public BridgeNode Node => node;

    public TimeProvider Clock => workers.Clock;

    public ILogger Logger => logger;

    /// <summary>How long a worker may take to finish an instance whose client has gone.</summary>
    public TimeSpan Patience => Limits.GraceTime + Limits.CancellationTime;
}
