using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Contracts.Tests.Protos;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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

    public string Address => Channel.Target;

    /// <summary>Starts it in clear text, or with that certificate.</summary>
    public static async Task<ProbeServer> StartAsync(
        Action<GrpcServiceOptions>? configure = null,
        Action<IApplicationBuilder>? middleware = null,
        TestCertificate? certificate = null,
        Func<TestCertificate, GrpcChannelOptions>? channelOptions = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
            {
                endpoint.UseHttps(certificate.Certificate);
            }
        }));
        builder.Services.AddSingleton<ProbeSignals>();
        builder.Services.AddGrpc(options => configure?.Invoke(options));

        var server = builder.Build();
        middleware?.Invoke(server);
        server.MapGrpcService<ProbeService>();
        await server.StartAsync().WithDeadline();

        var address = server.Urls.Single();
        var channel = certificate is null
            ? GrpcChannel.ForAddress(address)
            : GrpcChannel.ForAddress(address, channelOptions!(certificate));
        return new ProbeServer(server, channel);
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.ShutdownAsync().WithDeadline();
        Channel.Dispose();
        await _server.StopAsync().WithDeadline();
        await _server.DisposeAsync();
    }
}
