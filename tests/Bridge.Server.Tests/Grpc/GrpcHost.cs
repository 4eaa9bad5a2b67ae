using System.Diagnostics.CodeAnalysis;
using System.Net;
using Asgiref.Core;
using Asgiref.Core.Hosting;
using Bridge.Server.Access;
using Bridge.Server.Grpc;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Server.Tests.Grpc;

/// <summary>The gRPC services on a real Kestrel, on a free port, over applications of the test's own.</summary>
internal sealed class GrpcHost : IApplicationDirectory, IReadiness, IAsyncDisposable
{
    private readonly Dictionary<string, IApplication> _applications = new(StringComparer.Ordinal);
    private WebApplication _server = null!;
    private bool _ready = true;

    public event Action? Changed;

    /// <summary>Who listens at this moment to changes of readiness.</summary>
    public Action? Listeners => Changed;

    public BridgeMetrics Metrics { get; } = new();

    public FakeClock Clock { get; } = new();

    /// <summary>Where to listen instead of a free port; set before the start.</summary>
    public string? UnixSocket { get; init; }

    public string Address => _server.Urls.First();

    public bool IsReady
    {
        get => _ready;
        set
        {
            _ready = value;
            Changed?.Invoke();
        }
    }

    public IReadOnlyCollection<string> Names => _applications.Keys;

    public static async Task<GrpcHost> StartAsync(AsgiApplication application, params (string Key, string Value)[] settings)
    {
        var host = new GrpcHost();
        host.Add(new TestApplication("app", application, host.Metrics));
        await host.StartAsync(settings);
        return host;
    }

    public void Add(IApplication application) => _applications.Add(application.Name, application);

    public async Task StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => new KeyValuePair<string, string?>($"Bridge:{setting.Key}", setting.Value)));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2);
            if (UnixSocket is not null)
            {
                kestrel.ListenUnixSocket(UnixSocket);
            }
            else
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
        });
        builder.Services.AddSingleton<IApplicationDirectory>(this);
        builder.Services.AddSingleton<IReadiness>(this);
        builder.Services.AddSingleton(Metrics);
        builder.Services.AddSingleton(new AccessSettings(Token: null));
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<IServeCalls, NoServeCalls>();
        builder.Services.AddBridgeGrpc(builder.Configuration);
        _server = builder.Build();
        _server.MapBridgeGrpc();
        await _server.StartAsync().WithDeadline();
    }

    public GrpcChannel OpenChannel() => GrpcChannel.ForAddress(Address);

    public bool TryFind(string name, [NotNullWhen(true)] out IApplication? application) => _applications.TryGetValue(name, out application);

    /// <summary>Says that it is stopping, as a host does first; its connections stay until <see cref="StopAsync"/>.</summary>
    public void BeginStop() => _server.Lifetime.StopApplication();

    public Task StopAsync() => _server.StopAsync().WithDeadline();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await StopAsync();
            await _server.DisposeAsync();
        }

        Metrics.Dispose();
    }
}
