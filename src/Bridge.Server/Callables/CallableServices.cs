using Asgiref.Core.Callables;
using Asgiref.Core.Hosting;
using Bridge.Server.Callables.Hosting;
using Bridge.Server.Sessions;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Callables;

/// <summary>Adds calls to a host.</summary>
internal static class CallableServices
{
    /// <summary>Registers what routes calls, and its checked options. Needs the workers and the sessions.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="registries">The callables of the bridge's own process.</param>
    public static IServiceCollection AddCallables(
        this IServiceCollection services, IConfiguration configuration, IReadOnlyList<CallableRegistry> registries)
    {
        services.AddOptions<CallableOptions>()
            .Bind(configuration.GetSection(CallableOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<CallableOptions>, CallableOptionsValidator>();
        services.AddSingleton<IHostedCallables>(provider => new HostedCallables(
            registries,
            provider.GetRequiredService<BridgeNode>(),
            provider.GetRequiredService<CallContext>(),
            new Lazy<BridgeCalls>(() => new BridgeCalls(
                provider.GetRequiredService<CallRouter>(), provider.GetRequiredService<ThreadContexts>()))));
        services.AddSingleton<CallMetrics>();
        services.AddSingleton<CallContext>();
        services.AddSingleton<CallableDirectory>();
        services.AddSingleton<ThreadContexts>();
        services.AddSingleton<CallRouter>();
        services.AddSingleton<CallRequests>();
        services.AddSingleton<CallDrain>();
        services.AddSingleton<CallableService>();
        services.AddOptions<HostOptions>().PostConfigure<HostingLimits>((host, limits) => host.ShutdownTimeout += limits.CancellationTime);
        return services;
    }
}
