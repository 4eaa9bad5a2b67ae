using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Asgiref.Core;
using Asgiref.Core.Hosting;
using Bridge.Server.Endpoints;
using Bridge.Server.Hosting;
using Bridge.Server.Http;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Bridge.Server.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Server.Tests.Http;

/// <summary>
/// The HTTP and WebSocket fronts on a real Kestrel with free ports. Without configured routes, every path goes to the application "app".
/// </summary>
internal sealed class FrontHost : IAsyncDisposable, IApplicationDirectory
{
    private readonly Dictionary<string, TestApplication> _applications;
    private readonly WebApplication _web;

    private FrontHost(WebApplication web, Dictionary<string, TestApplication> applications, BridgeMetrics metrics, TestLog log)
    {
        _web = web;
        _applications = applications;
        Metrics = metrics;
        Log = log;
    }

    public BridgeMetrics Metrics { get; }

    public TestLog Log { get; }

    public IReadOnlyCollection<string> Names => _applications.Keys;

    /// <summary>The first application.</summary>
    public TestApplication App => _applications.Values.First();

    /// <summary>HTTP/1.1 in the clear.</summary>
    public Uri Http1 => AddressOf(0);

    /// <summary>HTTP/2 in the clear, with prior knowledge.</summary>
    public Uri Http2 => AddressOf(1);

    /// <summary>HTTP/1.1 and HTTP/2 over TLS, with a certificate that nobody has signed.</summary>
    public Uri Https => AddressOf(2);

    public static Task<FrontHost> StartAsync(AsgiApplication app, Dictionary<string, string?>? settings = null, TimeProvider? clock = null) =>
        StartAsync([new TestApplication("app", app)], settings, clock);

    public static async Task<FrontHost> StartAsync(
        TestApplication[] applications,
        Dictionary<string, string?>? settings = null,
        TimeProvider? clock = null,
        string? unixSocket = null,
        Action<KestrelServerOptions>? kestrel = null)
    {
        var log = new TestLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        settings ??= [];
        if (!settings.Keys.Any(key => key.StartsWith("Bridge:Http:Routes", StringComparison.Ordinal)))
        {
            settings["Bridge:Http:Routes:0:Application"] = applications[0].Name;
        }

        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.ConfigureEndpointDefaults(new BridgeEndpoint("Http", EndpointRole.Http, BindingAddress.Parse("http://127.0.0.1:0")).Attach);
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            options.Listen(IPAddress.Loopback, 0, ListenWithTls);
            if (unixSocket is not null)
            {
                options.ListenUnixSocket(unixSocket, new BridgeEndpoint("Http", EndpointRole.Http, BindingAddress.Parse($"http://unix:{unixSocket}")).Attach);
            }

            kestrel?.Invoke(options);
        });

        var metrics = new BridgeMetrics();
        FrontHost? host = null;
        builder.Services.AddSingleton(metrics);
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddSingleton<IApplicationDirectory>(_ => host!);
        builder.Services.AddHttpFront(builder.Configuration);
        builder.Services.AddWebSocketFront(builder.Configuration);
        var web = builder.Build();
        var context = new BridgeHostingContext(
            new HostingLimits(), metrics, clock ?? TimeProvider.System, web.Services.GetRequiredService<ILogger<BridgeHostingContext>>());
        foreach (var application in applications)
        {
            application.Attach(context);
        }

        host = new FrontHost(web, applications.ToDictionary(application => application.Name), metrics, log);
        web.Run(web.Services.GetRequiredService<WebSocketFront>().HandleAsync);
        await web.StartAsync().WithDeadline();
        return host;
    }

    public bool TryFind(string name, [NotNullWhen(true)] out IApplication? application)
    {
        application = _applications.GetValueOrDefault(name);
        return application is not null;
    }

    /// <summary>A connection on which the test speaks HTTP/1 by hand.</summary>
    public Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(new IPEndPoint(IPAddress.Loopback, Http1.Port));

    /// <summary>A client that speaks HTTP/2 in the clear.</summary>
    public HttpClient CreateHttp2Client() => new()
    {
        BaseAddress = Http2,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Deadline.Default,
    };

    public HttpClient CreateClient() => new() { BaseAddress = Http1, Timeout = Deadline.Default };

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _web.StopAsync(patience.Token);
        await _web.DisposeAsync();
        Metrics.Dispose();
    }

    /// <summary>Takes every client certificate, whoever signed it: the tests have no authority.</summary>
    private static void ListenWithTls(ListenOptions listen)
    {
        var https = new HttpsConnectionAdapterOptions
        {
            ServerCertificate = Certificate.Value,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = (certificate, chain, _) => TlsHandshake.Validate(certificate, chain, SslPolicyErrors.None),
        };
        TlsHandshake.Attach(listen, https);
        listen.UseHttps(https);
    }

    private static readonly Lazy<X509Certificate2> Certificate = new(() =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    });

    private Uri AddressOf(int index) =>
        new(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(index));
}
