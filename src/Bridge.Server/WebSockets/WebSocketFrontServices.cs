using Microsoft.Extensions.Options;

namespace Bridge.Server.WebSockets;

/// <summary>Adds the WebSocket front to a host.</summary>
internal static class WebSocketFrontServices
{
    /// <summary>Registers <see cref="WebSocketFront"/> and its checked options. Needs the HTTP front.</summary>
    public static IServiceCollection AddWebSocketFront(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebSocketFrontOptions>()
            .Bind(configuration.GetSection(WebSocketFrontOptions.SectionName))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebSocketFrontOptions>, WebSocketFrontOptionsValidator>();
        services.AddSingleton<WebSocketFront>();
        return services;
    }
}
