using Bridge.Server.Grpc;
using Bridge.Server.Instances;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Stateless;

/// <summary>Adds feeds to a host.</summary>
internal static class StatelessServices
{
    /// <summary>Registers what serves <see cref="StatelessService"/>. Needs the gRPC services, the sessions and an application directory.</summary>
    public static IServiceCollection AddStateless(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StatelessOptions>()
            .Bind(configuration.GetSection(StatelessOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<StatelessOptions>, StatelessOptionsValidator>();
        services.AddSingleton<FeedMetrics>();
        services.AddSingleton<StatelessContext>();
        services.AddSingleton<Feeds>();
        services.AddSingleton<IOpenEndedDrivers>(provider => provider.GetRequiredService<Feeds>());
        services.AddOptions<HostOptions>().PostConfigure<IOptions<GrpcOptions>>((host, grpc) => host.ShutdownTimeout += 2 * grpc.Value.CloseTime);
        return services;
    }
}
