using Bridge.Server.Grpc;
using Bridge.Server.Management;
using Bridge.Server.WebSockets;

namespace Bridge.Server.Endpoints;

/// <summary>The whole pipeline: each request goes to what its endpoint serves, with nothing in between.</summary>
internal static class RoleDispatcher
{
    public static RequestDelegate Make(IServiceProvider services)
    {
        var grpc = MakeGrpc(services);
        var front = services.GetRequiredService<WebSocketFront>();
        var management = services.GetRequiredService<ManagementEndpoint>();
        return context => context.Features.Get<BridgeEndpoint>()!.Role switch
        {
            EndpointRole.Http => front.HandleAsync(context),
            EndpointRole.Management => management.HandleAsync(context),
            _ => grpc(context),
        };
    }

    /// <summary>The gRPC services are the only part that needs routing.</summary>
    private static RequestDelegate MakeGrpc(IServiceProvider services)
    {
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseRouting();
        pipeline.UseEndpoints(endpoints => endpoints.MapBridgeGrpc());
        return pipeline.Build();
    }
}
