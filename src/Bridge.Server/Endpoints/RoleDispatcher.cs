using Bridge.Server.Http;
using Bridge.Server.Management;

namespace Bridge.Server.Endpoints;

/// <summary>The whole pipeline: each request goes to what its endpoint serves, with nothing in between.</summary>
internal static class RoleDispatcher
{
    public static RequestDelegate Make(IServiceProvider services)
    {
        var http = services.GetRequiredService<HttpFront>();
        var management = services.GetRequiredService<ManagementEndpoint>();
        return context => context.Features.Get<BridgeEndpoint>()!.Role switch
        {
            EndpointRole.Http => http.HandleAsync(context),
            EndpointRole.Management => management.HandleAsync(context),
            _ => NotFound(context),
        };
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
