using Bridge.Server.Instances;

namespace Bridge.Server.Sessions;

/// <summary>Adds the sessions to a host.</summary>
internal static class SessionServices
{
    /// <summary>Registers what serves <c>SessionService</c>. Needs the gRPC services, the workers and an application directory.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services, IConfiguration configuration)
    {
        var options = SessionSettings.Read(configuration);
        services.AddSingleton(options);
        services.AddSingleton<SessionMetrics>();
        services.AddSingleton<BridgeNode>();
        services.AddSingleton<OpenSessions>();
        services.AddSingleton<IRemoteApplications, RemoteApplications>();
        services.PostConfigure<HostOptions>(host => host.ShutdownTimeout += options.DrainTime + options.CloseTime);
        return services;
    }
}
