using Bridge.Protocol.Sessions;
using Bridge.Server.Access;
using Bridge.Server.Callables;
using Bridge.Server.Grpc.Health;
using Bridge.Server.Grpc.Reflection;
using Bridge.Server.Sessions;
using Bridge.Server.Stateless;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Grpc;

/// <summary>Puts the gRPC services together.</summary>
internal static class GrpcRegistration
{
    /// <summary>
    /// The session itself tells the peer that a batch is too large, with a goodbye; this is for what it should not even read.
    /// </summary>
    private const int LargestBatch = 4 * FrameBatch.MaxBytes;

    /// <summary>
    /// Adds the gRPC services. The host adds <c>IApplicationDirectory</c>, <c>IReadiness</c>, <c>BridgeMetrics</c>,
    /// <see cref="AccessSettings"/>, the sessions and an HTTP/2 endpoint.
    /// </summary>
    public static IServiceCollection AddBridgeGrpc(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<GrpcOptions>, GrpcOptionsValidator>();
        services.AddOptions<GrpcOptions>()
            .Bind(configuration.GetSection(GrpcOptions.Section))
            .ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GrpcOptions>>((kestrel, options) =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = options.Value.MaxStreamsPerConnection;
            kestrel.Limits.Http2.KeepAlivePingDelay = options.Value.KeepAlivePingDelay;
            kestrel.Limits.Http2.KeepAlivePingTimeout = options.Value.KeepAlivePingTimeout;
        });
        services.AddOptions<global::Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<GrpcOptions>>((grpc, options) =>
        {
            grpc.MaxReceiveMessageSize = options.Value.MaxMessageBytes;
            grpc.MaxSendMessageSize = null;
        });
        services.AddGrpc(grpc => grpc.Interceptors.Add<TokenInterceptor>())
            .AddServiceOptions<SessionService>(grpc => grpc.MaxReceiveMessageSize = LargestBatch);

        // The limit of a message is checked before it is decompressed; what it becomes would have none.
        services.PostConfigure<global::Grpc.AspNetCore.Server.GrpcServiceOptions>(grpc => grpc.CompressionProviders.Clear());
        services.AddSingleton<TokenInterceptor>();
        services.AddSingleton<ApplicationService>();
        services.AddSingleton<SessionService>();
        services.AddSingleton<StatelessService>();
        services.AddSingleton<HealthService>();
        services.AddSingleton<ReflectionService>();
        services.AddSingleton<AlphaReflectionService>();
        return services;
    }

    /// <summary>Maps the gRPC services; give a route group that is bound to the gRPC endpoint.</summary>
    public static void MapBridgeGrpc(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<ApplicationService>();
        endpoints.MapGrpcService<SessionService>();
        endpoints.MapGrpcService<CallableService>();
        endpoints.MapGrpcService<StatelessService>();
        endpoints.MapGrpcService<HealthService>();
        endpoints.MapGrpcService<ReflectionService>();
        endpoints.MapGrpcService<AlphaReflectionService>();
    }
}
