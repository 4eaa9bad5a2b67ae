using System.Threading.Channels;
using Bridge.Server.Instances;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Bridge.Server.Grpc.Health;

/// <summary>grpc.health.v1 over the bridge's readiness: <c>/readyz</c> for gRPC clients.</summary>
internal sealed class HealthService(IReadiness readiness, IHostApplicationLifetime lifetime) : global::Grpc.Health.V1.Health.HealthBase
{
    private static readonly string[] Services =
    [
        "",
        Protocol.V1.ApplicationService.Descriptor.FullName,
        Protocol.V1.SessionService.Descriptor.FullName,
        Protocol.V1.CallableService.Descriptor.FullName,
        Protocol.V1.StatelessService.Descriptor.FullName,
    ];

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        Services.Contains(request.Service, StringComparer.Ordinal)
            ? Task.FromResult(new HealthCheckResponse { Status = Status() })
            : throw new RpcException(StatusText.Fit(StatusCode.NotFound, $"No service is named \"{StatusText.Quote(request.Service)}\"."));

    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var response = new HealthListResponse();
        foreach (var service in Services)
        {
            response.Statuses.Add(service, new HealthCheckResponse { Status = Status() });
        }

        return Task.FromResult(response);
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var known = Services.Contains(request.Service, StringComparer.Ordinal);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        readiness.Changed += Changed;
        try
        {
            var told = ServingStatus.Unknown;
            while (!context.CancellationToken.IsCancellationRequested)
            {
                var status = known ? Status() : ServingStatus.ServiceUnknown;
                if (status != told)
                {
                    told = status;
                    await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
                }

                if (lifetime.ApplicationStopping.IsCancellationRequested)
                {
                    break;
                }

                await ((Task)changes.Reader.ReadAsync(ended.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            readiness.Changed -= Changed;
        }

        // May still come after the watch has ended: whoever raises the event has taken its list of listeners before.
        void Changed() => changes.Writer.TryWrite(true);
    }

    /// <summary>An open watch would hold up the stop, so it ends with it; readiness may be told a moment later.</summary>
    private ServingStatus Status() =>
        readiness.IsReady && !lifetime.ApplicationStopping.IsCancellationRequested ? ServingStatus.Serving : ServingStatus.NotServing;
}
