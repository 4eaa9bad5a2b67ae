using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.Contracts.Tests.Calls;

/// <summary>Sends back as a trailer what it sees of every call.</summary>
internal sealed class RecordingServerInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Record(context);
        return base.UnaryServerHandler(request, context, continuation);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Record(context);
        return base.ClientStreamingServerHandler(requestStream, context, continuation);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Record(context);
        return base.ServerStreamingServerHandler(request, responseStream, context, continuation);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Record(context);
        return base.DuplexStreamingServerHandler(requestStream, responseStream, context, continuation);
    }

    private static void Record(ServerCallContext context)
    {
        context.UserState["seen"] = context.Method;
        context.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
        context.ResponseTrailers.Add("seen", $"{context.UserState["seen"]} {context.WriteOptions.Flags}");
        context.ResponseTrailers.Add("seen-host", context.Host);
        context.ResponseTrailers.Add("seen-peer", context.Peer);
        context.ResponseTrailers.Add(
            "seen-identity",
            string.Join(' ', context.AuthContext.PeerIdentity.Select(property => $"{property.Name}={property.Value}")));
        context.ResponseTrailers.Add("seen-authenticated", $"{context.AuthContext.IsPeerAuthenticated}");
    }
}
