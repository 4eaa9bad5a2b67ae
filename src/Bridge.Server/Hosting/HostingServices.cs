using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Bridge.Server.Hosting;

/// <summary>Composes the hosting of applications.</summary>
internal static class HostingServices
{
    public static IServiceCollection AddHosting(
        this IServiceCollection services, HostingLimits limits, BridgeMetrics metrics, IReadOnlyList<HostedApplication> applications)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(limits);
        services.AddSingleton(metrics);
        services.AddSingleton<HostingContext>();
        services.AddSingleton(provider => new ApplicationDirectory(applications, provider.GetRequiredService<HostingContext>()));
        services.AddSingleton<IApplicationDirectory>(provider => provider.GetRequiredService<ApplicationDirectory>());
        services.AddSingleton<Readiness>();
        services.AddSingleton<IReadiness>(provider => provider.GetRequiredService<Readiness>());
        services.AddSingleton<Drain>();
        services.AddSingleton<HostingLifecycle>();
        services.AddHostedService(provider => provider.GetRequiredService<HostingLifecycle>());
        services.Configure<HostOptions>(options => options.ShutdownTimeout = limits.LongestStop + KestrelStopTime);
        return services;
    }

    /// <summary>What Kestrel has left to end its connections when the instances are gone.</summary>
    private static readonly TimeSpan KestrelStopTime = TimeSpan.FromSeconds(10);
}
