using System.Net;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Protocol.Bench;

/// <summary>Both ends of a call of <c>SessionService.Open</c> in this process: gRPC, HTTP/2 and TCP between them, and nothing of the bridge.</summary>
internal sealed class GrpcLink : ILink
{
    private readonly WebApplication _server;
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<WrittenBatch, BatchMessage> _call;
    private readonly Calls _calls;

    private GrpcLink(WebApplication server, GrpcChannel channel, AsyncDuplexStreamingCall<WrittenBatch, BatchMessage> call, Calls calls, IFrameStream accepted)
    {
        (_server, _channel, _call, _calls) = (server, channel, call, calls);
        Client = new GrpcClientEnd(call);
        Server = accepted;
    }

    public IFrameStream Client { get; }

    public IFrameStream Server { get; }

    public static async Task<ILink> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        var calls = new Calls();
        builder.Services.AddSingleton(calls);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var server = builder.Build();
        server.MapGrpcService<Service>();
        await server.StartAsync();
        var channel = GrpcChannel.ForAddress(server.Urls.First());
        var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(SessionMethods.Client, host: null, default);
        return new GrpcLink(server, channel, call, calls, await calls.Accepted.Task);
    }

    public async ValueTask DisposeAsync()
    {
        _calls.Over.TrySetResult();
        _call.Dispose();
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    internal sealed class Calls
    {
        public TaskCompletionSource<IFrameStream> Accepted { get; } = new();

        public TaskCompletionSource Over { get; } = new();
    }

    internal sealed class Service(Calls calls) : SessionServiceBase
    {
        public override Task Open(IAsyncStreamReader<BatchMessage> requests, IServerStreamWriter<WrittenBatch> responses, ServerCallContext context)
        {
            calls.Accepted.SetResult(new GrpcServerEnd(requests, responses, calls.Over));
            return calls.Over.Task;
        }
    }
}
