using Asgiref.Core.Hosting;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Bridge.Server.Hosting;

/// <summary>Composes the hosting of applications.</summary>
internal static class HostingServices
{
    public static IServiceCollection AddHosting(
        this IServiceCollection services, BridgeLimits limits, BridgeMetrics metrics, IReadOnlyList<HostedApplication> applications)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(limits);
        services.AddSingleton<HostingLimits>(limits);
        services.AddSingleton(metrics);
        services.AddSingleton<BridgeHostingContext>();
        services.AddSingleton(provider => new ApplicationDirectory(applications, provider.GetRequiredService<BridgeHostingContext>()));
        services.AddSingleton<Readiness>();
        services.AddSingleton<IReadiness>(provider => provider.GetRequiredService<Readiness>());
        services.AddSingleton(provider => new Drain(
            provider.GetRequiredService<ApplicationDirectory>().Applications,
            provider.GetRequiredService<BridgeHostingContext>(),
            "The bridge is stopping."));
        services.AddSingleton<HostingLifecycle>();
        services.AddHostedService(provider => provider.GetRequiredService<HostingLifecycle>());
        services.AddHostedService<CoreDiagnostics>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = limits.LongestStop + Reserve);
        return services;
    }

    /// <summary>So that the host's own time-out, which names nobody, is never the one that ends a stop.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(5);
}
