using Bridge.Client.AspNetCore;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Serves an application through a bridge instead of a port of its own.</summary>
public static class BridgeWebHostBuilderExtensions
{
    /// <summary>
    /// Serves the application through the bridge: the program dials it, and opens no port. Takes the place of Kestrel.
    /// </summary>
    /// <param name="builder">The host, such as <c>WebApplicationBuilder.WebHost</c>.</param>
    /// <param name="address">Where the bridge listens for gRPC: <c>http://host:port</c>, <c>https://host:port</c> or <c>unix:/path</c>.</param>
    /// <param name="application">What the bridge's routes call the application.</param>
    public static IWebHostBuilder UseBridge(this IWebHostBuilder builder, string address, string application) => builder.UseBridge(options =>
    {
        options.Worker.Address = address;
        options.Application = application;
    });

    /// <inheritdoc cref="UseBridge(IWebHostBuilder, string, string)"/>
    /// <param name="builder">The host, such as <c>WebApplicationBuilder.WebHost</c>.</param>
    /// <param name="configure">Sets at least <see cref="BridgeServerOptions.Application"/>. Called once, at the start.</param>
    public static IWebHostBuilder UseBridge(this IWebHostBuilder builder, Action<BridgeServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.ConfigureServices(services =>
        {
            services.Configure(configure);
            services.AddSingleton<IServer, BridgeServer>();
        });
    }
}
