using Asgiref.Core.Callables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.Callables;

/// <summary>A <see cref="BridgeCaller"/> in a container of services.</summary>
public static class BridgeCallerServices
{
    /// <summary>
    /// Adds a <see cref="BridgeCaller"/> for the life of the container, and its <see cref="CallableRegistry"/>: whoever calls
    /// functions of other processes asks for the registry. It begins to connect when one of them is asked for first, and is
    /// disposed of with the container (asynchronously). It logs to the container's loggers and has its
    /// <see cref="TimeProvider"/>, if there is one. Does nothing if there is one already.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options; gets the container's services. Null for the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddBridgeCaller(
        this IServiceCollection services, Action<IServiceProvider, BridgeCallerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider => Start(provider, configure));
        services.TryAddSingleton(static provider => provider.GetRequiredService<BridgeCaller>().Callables);
        return services;
    }

    private static BridgeCaller Start(IServiceProvider provider, Action<IServiceProvider, BridgeCallerOptions>? configure)
    {
        var options = new BridgeCallerOptions
        {
            LoggerFactory = provider.GetService<ILoggerFactory>(),
            TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
        };
        configure?.Invoke(provider, options);
        var caller = new BridgeCaller(options);
        caller.Start();
        return caller;
    }
}
