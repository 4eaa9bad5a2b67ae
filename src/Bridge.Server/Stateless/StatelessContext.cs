using Asgiref.Core.Hosting;
using Bridge.Server.Grpc;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Bridge.Server.Sessions;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Stateless;

/// <summary>What all feeds share.</summary>
internal sealed class StatelessContext(
    IApplicationDirectory applications,
    IOptions<StatelessOptions> options,
    IOptions<GrpcOptions> grpc,
    HostingLimits limits,
    FeedMetrics metrics,
    BridgeMetrics bridgeMetrics,
    BridgeNode node,
    IConfiguration configuration,
    TimeProvider clock,
    ILogger<StatelessContext> logger)
{
    public IApplicationDirectory Applications => applications;

    public StatelessOptions Options { get; } = options.Value;

    public GrpcOptions Grpc { get; } = grpc.Value;

    public HostingLimits Limits => limits;

    public FeedMetrics Metrics => metrics;

    public BridgeMetrics BridgeMetrics => bridgeMetrics;

    public BridgeNode Node => node;

    /// <summary>Whether a report tells what an application raised.</summary>
    public bool DetailedErrors { get; } = configuration.GetValue("Bridge:DetailedErrors", false);

    public TimeProvider Clock => clock;

    public ILogger Logger => logger;
}
