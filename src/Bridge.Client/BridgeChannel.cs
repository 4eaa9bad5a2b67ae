using System.Net.Sockets;
using Grpc.Net.Client;

namespace Bridge.Client;

/// <summary>Makes the channel that an address stands for.</summary>
internal static class BridgeChannel
{
    private const string UnixPrefix = "unix:";

    public static GrpcChannel Open(BridgeClientOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ConnectTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.CloseTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxMessageBytes, 1);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTime,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
        };
        var address = options.Address;
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var path = address[UnixPrefix.Length..];
            ArgumentException.ThrowIfNullOrEmpty(path, nameof(options));
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            address = "http://localhost";
        }
        else if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"\"{address}\" is none of http://host:port, https://host:port, unix:/path.", nameof(options));
        }

        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaxMessageBytes,
            MaxSendMessageSize = options.MaxMessageBytes,
        });
    }

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
