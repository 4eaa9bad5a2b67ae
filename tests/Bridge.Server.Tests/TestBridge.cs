using Asgiref.Core;
using Asgiref.Core.Callables;
using Bridge.Server.Endpoints;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Server.Tests;

/// <summary>
/// The real bridge in this process, on free ports of 127.0.0.1: the composition of the program with the settings and
/// applications of a test. Disposing it stops it in order.
/// </summary>
internal sealed class TestBridge : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestBridge(WebApplication app, TestLog log)
    {
        _app = app;
        Log = log;
        Metrics = Service<BridgeMetrics>();
    }

    public TestLog Log { get; }

    public BridgeMetrics Metrics { get; }

    public Uri Http => AddressOf(EndpointRole.Http);

    public Uri Grpc => AddressOf(EndpointRole.Grpc);

    public Uri Management => AddressOf(EndpointRole.Management);

    /// <summary>A bridge with one ASGI application.</summary>
    public static Task<TestBridge> StartAsync(string name, AsgiApplication application, params (string Key, string Value)[] settings) =>
        StartAsync([new HostedApplication(name, application)], settings);

    /// <summary>A bridge with these applications; null for what the configuration says, or the samples.</summary>
    public static async Task<TestBridge> StartAsync(
        IReadOnlyList<HostedApplication>? applications, params (string Key, string Value)[] settings)
    {
        var bridge = Build(applications, settings: settings);
        try
        {
            await bridge._app.StartAsync().WithDeadline();
            return bridge;
        }
        catch
        {
            await bridge.DisposeAsync();
            throw;
        }
    }

    /// <summary>A bridge that has not been started; <see cref="StartAsync()"/> does.</summary>
    public static TestBridge Build(
        IReadOnlyList<HostedApplication>? applications, TimeProvider? clock = null, params (string Key, string Value)[] settings) =>
        Build(applications, callables: null, clock, settings);

    /// <summary>The same, with callables of the test's own; null for what the configuration says, or the samples.</summary>
    public static TestBridge Build(
        IReadOnlyList<HostedApplication>? applications,
        IReadOnlyList<CallableRegistry>? callables,
        TimeProvider? clock = null,
        params (string Key, string Value)[] settings)
    {
        var log = new TestLog();
        var app = BridgeHost.Build([], applications, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Kestrel:Endpoints:Http:Url"] = "http://127.0.0.1:0",
                ["Kestrel:Endpoints:Http:Protocols"] = "Http1",
                ["Kestrel:Endpoints:Grpc:Url"] = "http://127.0.0.1:0",
                ["Kestrel:Endpoints:Grpc:Protocols"] = "Http2",
                ["Kestrel:Endpoints:Management:Url"] = "http://127.0.0.1:0",
            });
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
            if (clock is not null)
            {
                builder.Services.AddSingleton(clock);
            }
        }, callables);
        return new TestBridge(app, log);
    }

    public Task StartAsync() => _app.StartAsync().WithDeadline();

    /// <summary>Stops as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync().WithDeadline();

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync().AsTask().WithDeadline();
    }

    private Uri AddressOf(EndpointRole role) => new(Service<BridgeEndpoints>().All.First(endpoint => endpoint.Role == role).Address);
}
