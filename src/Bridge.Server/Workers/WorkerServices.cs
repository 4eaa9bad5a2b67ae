using Asgiref.Core.Hosting;
using Bridge.Server.Callables;
using Bridge.Server.Grpc;
using Bridge.Server.Instances;
using Bridge.Server.Workers.Serving;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Workers;

/// <summary>Adds the applications of workers to a host.</summary>
internal static class WorkerServices
{
    /// <summary>Registers <see cref="WorkerDirectory"/> and its checked options. Needs the bridge's limits and metrics.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="expected">What the routes say.</param>
    /// <param name="hosted">Gives the applications whose names workers may not offer.</param>
    public static IServiceCollection AddWorkers(
        this IServiceCollection services,
        IConfiguration configuration,
        ExpectedApplications expected,
        Func<IServiceProvider, IApplicationDirectory> hosted)
    {
        services.AddOptions<WorkerOptions>()
            .Bind(configuration.GetSection(WorkerOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<WorkerContext>();
        services.AddSingleton(provider => new WorkerDirectory(
            hosted(provider), expected, provider.GetRequiredService<CallableDirectory>(), provider.GetRequiredService<WorkerContext>()));
        services.AddSingleton<WorkerDrain>();
        services.AddSingleton<ServeMetrics>();
        services.AddSingleton<ServeContext>();
        services.AddSingleton<ServeCalls>();
        services.AddSingleton<IServeCalls>(provider => provider.GetRequiredService<ServeCalls>());
        services.AddOptions<HostOptions>().PostConfigure<HostingLimits>((host, limits) => host.ShutdownTimeout += ServeCalls.LongestStop(limits));
        return services;
    }
}
