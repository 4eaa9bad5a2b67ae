using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Contracts.Tests.Protos;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.Contracts.Tests.Calls;

/// <summary>The service on a free port of a real Kestrel, and a channel to it.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private ProbeServer(WebApplication server, GrpcChannel channel)
    {
        _server = server;
        Channel = channel;
    }

    public GrpcChannel Channel { get; }

    public Probe.ProbeClient Client => new(Channel);

    public ProbeSignals Signals => _server.Services.GetRequiredService<ProbeSignals>();

    /// <summary>Starts it in clear text, or with a certificate that the client is made to trust.</summary>
    public static async Task<ProbeServer> StartAsync(
        Action<GrpcServiceOptions>? service = null,
        Action<GrpcChannelOptions>? channel = null,
        TestCertificate? certificate = null,
        bool fromDefinition = false)
    {
        var server = Build(service, certificate);
        if (fromDefinition)
        {
            server.MapGrpcService(services => Probe.BindService(new ProbeService(services.GetRequiredService<ProbeSignals>())));
        }
        else
        {
            server.MapGrpcService<ProbeService>();
        }

        await server.StartAsync().WithDeadline();

        var options = new GrpcChannelOptions { HttpHandler = certificate?.ClientHandler(), DisposeHttpClient = certificate is not null };
        channel?.Invoke(options);
        return new ProbeServer(server, GrpcChannel.ForAddress(server.Urls.Single(), options));
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.ShutdownAsync().WithDeadline();
        Channel.Dispose();
        await _server.StopAsync().WithDeadline();
        await _server.DisposeAsync();
    }

    private static WebApplication Build(Action<GrpcServiceOptions>? service, TestCertificate? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
            {
                endpoint.UseHttps(certificate.Certificate, https =>
                {
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.ClientCertificateValidation = (presented, _, _) => presented.Equals(certificate.Certificate);
                });
            }
        }));
        builder.Services.AddSingleton<ProbeSignals>();
        builder.Services.AddGrpc(options => service?.Invoke(options));
        return builder.Build();
    }
}
