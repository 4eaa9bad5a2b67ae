using Asgiref.Core.Callables;
using Bridge.Server.Access;
using Bridge.Server.Callables;
using Bridge.Server.Callables.Hosting;
using Bridge.Server.Configuration;
using Bridge.Server.Endpoints;
using Bridge.Server.Grpc;
using Bridge.Server.Hosting;
using Bridge.Server.Http;
using Bridge.Server.Instances;
using Bridge.Server.Management;
using Bridge.Server.Metrics;
using Bridge.Server.Samples;
using Bridge.Server.Sessions;
using Bridge.Server.Stateless;
using Bridge.Server.WebSockets;
using Bridge.Server.Workers;
using Microsoft.AspNetCore.Connections;

namespace Bridge.Server;

/// <summary>Puts the parts of the bridge together: one Kestrel, three roles, the hosted applications.</summary>
internal static class BridgeHost
{
    /// <summary>Builds the bridge, ready to start.</summary>
    /// <param name="args">The command line, which is configuration.</param>
    /// <param name="given">Applications that do not come from the configuration.</param>
    /// <param name="configure">Last changes to the builder, after the configuration has been read and before it is checked.</param>
    /// <param name="callables">Registries of callables that do not come from the configuration.</param>
    /// <exception cref="ConfigurationException">The configuration is wrong.</exception>
    public static WebApplication Build(
        string[] args,
        IReadOnlyList<HostedApplication>? given = null,
        Action<WebApplicationBuilder>? configure = null,
        IReadOnlyList<CallableRegistry>? callables = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        BridgeLogging.Configure(builder.Logging);
        configure?.Invoke(builder);

        var configuration = builder.Configuration;
        BridgeConfiguration.Schema.Check(configuration);
        var limits = BridgeConfiguration.ReadLimits(configuration);
        var endpoints = BridgeEndpoints.Read(configuration);
        var metrics = new BridgeMetrics();
        HostingOverview? overview = null;
        var members = new HostedMembers();
        var applications = given ?? new ApplicationLoader(configuration, members, metrics).Load();
        var registries = callables ?? new RegistryLoader(configuration, members).Load();
        var front = applications.Count == 1 ? applications[0].Name : null;
        var hasSampleCallables = applications.Count == 0 && registries.Count == 0;
        if (applications.Count == 0)
        {
            applications = SampleApplications.Make(() => overview!.Render(), metrics);
            front = SampleApplications.Front;
            registries = hasSampleCallables ? SampleCallables.Make(configuration) : registries;
        }

        var access = AccessSettings.Read(configuration, endpoints);
        var routes = HostedRoutes.Read(configuration, applications, front);
        overview = new HostingOverview(endpoints, applications, routes);
        builder.Services.AddHosting(limits, metrics, applications);
        builder.Services.AddSingleton(overview);
        builder.Services.AddHttpFront(configuration);
        builder.Services.AddWebSocketFront(configuration);
        builder.Services.AddSingleton(access);
        builder.Services.AddBridgeGrpc(configuration);
        builder.Services.AddWorkers(
            configuration, HostedRoutes.ExpectedOf(routes), provider => provider.GetRequiredService<ApplicationDirectory>());
        builder.Services.AddSessions(configuration);
        builder.Services.AddCallables(configuration, registries);
        builder.Services.AddStateless(configuration);
        builder.Services.AddSingleton<IApplicationDirectory>(provider => new CombinedDirectory(
            [provider.GetRequiredService<ApplicationDirectory>(), provider.GetRequiredService<WorkerDirectory>()]));
        builder.Services.AddSingleton(endpoints);
        builder.Services.AddSingleton<ConnectionClosing>();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ConnectionBuffers>();
        builder.Services.AddSingleton<ManagementEndpoint>();
        builder.Services.AddSingleton<PrometheusPage>();
        builder.Services.AddSingleton<WorkersPage>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => endpoints.Configure(options, configuration));

        var app = builder.Build();
        overview.ShowWorkers(() => app.Services.GetRequiredService<WorkerDirectory>().Figures());
        overview.ShowCallables(new CallablesOverview(
            endpoints,
            access.Token is not null,
            hasSampleCallables ? SampleCallables.TryWith : new Dictionary<string, string>(),
            () => app.Services.GetRequiredService<IHostedCallables>().All,
            () => app.Services.GetRequiredService<CallableDirectory>().Figures()));
        app.Run(RoleDispatcher.Make(app.Services));
        return app;
    }
}
