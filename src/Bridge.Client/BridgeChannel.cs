using System.Net.Sockets;
using Grpc.Net.Client;

namespace Bridge.Client;

/// <summary>Makes the channel that an address stands for.</summary>
internal static class BridgeChannel
{
    private const string UnixPrefix = "unix:";

    /// <param name="options">The address and the limits.</param>
    /// <param name="configure">Has the last word about the connection.</param>
    /// <exception cref="ArgumentException">The address or a limit makes no sense.</exception>
    public static GrpcChannel Open(BridgeClientOptions options, Action<SocketsHttpHandler>? configure = null)
    {
        CheckAddress(options.Address, nameof(options.Address));
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
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            address = "http://localhost";
        }

        configure?.Invoke(handler);
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaxMessageBytes,
            MaxSendMessageSize = options.MaxMessageBytes,
        });
    }

    /// <param name="address">What to check.</param>
    /// <param name="name">What the message calls it.</param>
    /// <exception cref="ArgumentException">It is no address of a bridge.</exception>
    public static void CheckAddress(string? address, string name)
    {
        var isUnix = address?.StartsWith(UnixPrefix, StringComparison.Ordinal) == true && address.Length > UnixPrefix.Length;
        if (!isUnix && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            throw new ArgumentException(
                $"{name} is \"{address}\"; it must be one of http://host:port, https://host:port, unix:/path.");
        }
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
