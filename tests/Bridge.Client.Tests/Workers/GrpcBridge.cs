using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.Tests.Workers;

/// <summary>SessionService on a real Kestrel: each call becomes a session that the test plays.</summary>
internal sealed class GrpcBridge : IAsyncDisposable
{
    private readonly Channel<GrpcBridgeSession> _sessions = Channel.CreateUnbounded<GrpcBridgeSession>();
    private WebApplication _server = null!;

    /// <summary>Where to listen instead of a free port of the loopback interface.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Makes it listen with TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What calls are answered with instead of a session.</summary>
    public Status? Refusal { get; set; }

    /// <summary>When calls are answered.</summary>
    public Task Answering { get; init; } = Task.CompletedTask;

    public ConcurrentQueue<string?> Authorizations { get; } = [];

    public string Address => UnixSocket is null ? _server.Urls.First() : $"unix:{UnixSocket}";

    public int Port => new Uri(Address).Port;

    public Task<GrpcBridgeSession> NextSession() => _sessions.Reader.ReadAsync().WithDeadline();

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                if (Certificate is not null)
                {
                    endpoint.UseHttps(Certificate);
                }
            });
            if (UnixSocket is null)
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
            else
            {
                kestrel.ListenUnixSocket(UnixSocket);
            }
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc();
        _server = builder.Build();
        _server.MapGrpcService<Service>();
        await _server.StartAsync().WithDeadline();
    }

    /// <summary>A certificate for localhost that nobody trusts yet.</summary>
    public static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync().WithDeadline();
        await _server.DisposeAsync();
        Certificate?.Dispose();
    }

    private async Task ServeAsync(
        IAsyncStreamReader<OpenRequest> requests, IServerStreamWriter<OpenResponse> responses, ServerCallContext context)
    {
        Authorizations.Enqueue(context.RequestHeaders.GetValue("authorization"));
        await Answering;
        if (Refusal is { } refusal)
        {
            throw new RpcException(refusal);
        }

        var session = new GrpcBridgeSession(new Stream(requests, responses));
        _sessions.Writer.TryWrite(session);
        await session.RunAsync(context.CancellationToken);
    }

    private sealed class Service(GrpcBridge bridge) : SessionService.SessionServiceBase
    {
        public override Task Open(
            IAsyncStreamReader<OpenRequest> requestStream, IServerStreamWriter<OpenResponse> responseStream, ServerCallContext context) =>
            bridge.ServeAsync(requestStream, responseStream, context);
    }

    private sealed class Stream(IAsyncStreamReader<OpenRequest> requests, IServerStreamWriter<OpenResponse> responses) : IFrameStream
    {
        public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken) =>
            await requests.MoveNext(cancellationToken) ? new ReceivedBatch().Read(requests.Current.ToByteArray()) : null;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
            await responses.WriteAsync(OpenResponse.Parser.ParseFrom(batch.Span), cancellationToken);

        public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
