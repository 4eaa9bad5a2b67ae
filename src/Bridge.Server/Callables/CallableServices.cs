using Asgiref.Core.Hosting;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Callables;

/// <summary>Adds calls to a host.</summary>
internal static class CallableServices
{
    /// <summary>Registers what routes calls, and its checked options. Needs the workers and the sessions.</summary>
    public static IServiceCollection AddCallables(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CallableOptions>()
            .Bind(configuration.GetSection(CallableOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<CallableOptions>, CallableOptionsValidator>();
        services.AddSingleton<IHostedCallables, NoHostedCallables>();
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
