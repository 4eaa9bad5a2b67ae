using Bridge.Server.Instances;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Bridge.Server.Grpc.Health;

/// <summary>grpc.health.v1 over the bridge's readiness: <c>/readyz</c> for gRPC clients.</summary>
internal sealed class HealthService(IReadiness readiness, IHostApplicationLifetime lifetime) : global::Grpc.Health.V1.Health.HealthBase
{
    private static readonly string[] Services = ["", Protocol.V1.ApplicationService.Descriptor.FullName];

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        Services.Contains(request.Service, StringComparer.Ordinal)
            ? Task.FromResult(new HealthCheckResponse { Status = Status() })
            : throw new RpcException(new Status(StatusCode.NotFound, $"No service is named \"{request.Service}\"."));

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
        using var changes = new SemaphoreSlim(0);
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

                await changes.WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            readiness.Changed -= Changed;
        }

        void Changed() => changes.Release();
    }

    /// <summary>An open watch would hold up the stop, so it ends with it; readiness may be told a moment later.</summary>
    private ServingStatus Status() =>
        readiness.IsReady && !lifetime.ApplicationStopping.IsCancellationRequested ? ServingStatus.Serving : ServingStatus.NotServing;
}
