using System.Net;
using Asgiref.Core;
using Bridge.Server.Endpoints;
using Bridge.Server.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.AspNetCore.Tests.Hosts;

/// <summary>The ways to serve an application that a test compares.</summary>
internal static class ApplicationHost
{
    public const string ApplicationName = "shop";

    /// <summary>Settings of a bridge that sends everything to workers.</summary>
    public static readonly (string Key, string Value)[] WorkerRoute =
    [
        ("Bridge:Http:Routes:0:Application", ApplicationName),
        ("Bridge:Http:Routes:0:Worker", "true"),
    ];

    private static readonly (string Key, string Value)[] Http2Endpoint =
    [
        ("Kestrel:Endpoints:HttpTwo:Url", "http://127.0.0.1:0"),
        ("Kestrel:Endpoints:HttpTwo:Protocols", "Http2"),
    ];

    /// <summary>On Kestrel, as its author runs it.</summary>
    public static async Task<ServedApplication> OnKestrelAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        var (builder, log) = CreateBuilder(configure);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var application = builder.Build();
        map(application);
        await application.StartAsync().WithDeadline();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        return new ServedApplication(application, front: null, [log], new Uri(addresses[0]), new Uri(addresses[1]));
    }

    /// <summary>In the process of a real bridge, behind its fronts.</summary>
    public static async Task<ServedApplication> BehindFrontAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        var (builder, log) = CreateBuilder(configure);
        var server = new CapturingServer();
        builder.Services.AddSingleton<IServer>(server);
        var application = builder.Build();
        server.Logger = application.Services.GetRequiredService<ILogger<CapturingServer>>();
        map(application);
        await application.StartAsync().WithDeadline();
        var bridge = await StartBridgeAsync(server.Application!);
        return Behind(bridge, application, log, bridge.Log);
    }

    /// <summary>As a worker of a real bridge, by the one line.</summary>
    public static async Task<ServedApplication> ThroughWorkerAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        var bridge = await TestBridge.StartAsync([], [.. Http2Endpoint, .. WorkerRoute]);
        var (builder, log) = CreateBuilder(configure);
        builder.WebHost.UseBridge(bridge.Grpc.AbsoluteUri.TrimEnd('/'), ApplicationName);
        var application = builder.Build();
        map(application);
        await application.StartAsync().WithDeadline();
        await ((BridgeServer)application.Services.GetRequiredService<IServer>()).Worker!.WaitUntilReadyAsync().WithDeadline();
        return Behind(bridge, application, log);
    }

    /// <summary>A bridge with HTTP/1.1 and HTTP/2 in the clear.</summary>
    private static Task<TestBridge> StartBridgeAsync(AsgiApplication application) =>
        TestBridge.StartAsync(ApplicationName, application, Http2Endpoint);

    private static ServedApplication Behind(TestBridge bridge, WebApplication application, params TestLog[] logs)
    {
        var endpoints = bridge.Service<BridgeEndpoints>().All.Where(endpoint => endpoint.Role == EndpointRole.Http).ToList();
        return new ServedApplication(
            application, bridge, logs, new Uri(endpoints.Single(endpoint => endpoint.Name == "Http").Address),
            new Uri(endpoints.Single(endpoint => endpoint.Name == "HttpTwo").Address));
    }

    private static (WebApplicationBuilder Builder, TestLog Log) CreateBuilder(Action<WebApplicationBuilder> configure)
    {
        var log = new TestLog();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        configure(builder);
        return (builder, log);
    }

    /// <summary>Takes what a server is given and makes an ASGI application of it.</summary>
    private sealed class CapturingServer : IServer
    {
        public AsgiApplication? Application { get; private set; }

        public ILogger? Logger { get; set; }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            Application = HttpContextApplication.Create(application, logger: Logger);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
