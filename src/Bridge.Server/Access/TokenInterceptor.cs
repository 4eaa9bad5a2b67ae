using System.Security.Cryptography;
using System.Text;
using Bridge.Server.Metrics;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Bridge.Server.Access;

/// <summary>
/// Asks the callers of methods with <see cref="NeedsTokenAttribute"/> for <c>authorization: Bearer TOKEN</c>. Compared as
/// hashes in constant time, never logged. Safe for concurrent use.
/// </summary>
internal sealed class TokenInterceptor(AccessSettings settings, BridgeMetrics metrics, ILogger<TokenInterceptor> logger) : Interceptor
{
    private const string Header = "authorization";
    private const string Scheme = "Bearer ";

    private readonly byte[]? _expected = settings.Token is { } token ? HashOf(token) : null;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private void Check(ServerCallContext context)
    {
        if (_expected is null || context.GetHttpContext().GetEndpoint()?.Metadata.GetMetadata<NeedsTokenAttribute>() is null)
        {
            return;
        }

        var fault = FaultOf([.. context.RequestHeaders.Where(entry => entry.Key == Header)]);
        if (fault is not null)
        {
            metrics.Unauthenticated();
            Log.Unauthenticated(logger, context.Method, context.Peer, fault);
            throw new RpcException(new Status(StatusCode.Unauthenticated, fault));
        }
    }

    private string? FaultOf(Metadata.Entry[] shown)
    {
        if (shown.Length != 1 || !shown[0].Value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return "This bridge asks for a token: send the metadata \"authorization: Bearer TOKEN\", once.";
        }

        return CryptographicOperations.FixedTimeEquals(HashOf(shown[0].Value[Scheme.Length..].Trim(' ')), _expected)
            ? null
            : "The token is not this bridge's.";
    }
}
