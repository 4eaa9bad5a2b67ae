using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;

namespace Bridge.Client.Workers;

/// <summary>
/// Dials over gRPC. Each stream has a channel of its own: a new one asks the name service again, and a connection that is
/// half dead is not used twice.
/// </summary>
internal sealed class GrpcDialer(BridgeWorkerOptions options) : ISessionDialer
{
    /// <summary>Above the 256 KiB of a batch, so that a batch which is too large is told as what it is.</summary>
    private const int MaxMessageBytes = 1024 * 1024;

    /// <summary>
    /// The session's loop reads all that comes at once, and its own windows bound what waits. With the 64 KiB of HTTP/2 nearly
    /// every batch would be answered with a window update, which is a write here and a read there.
    /// </summary>
    private const int StreamWindowBytes = 1024 * 1024;

    private readonly BridgeClientOptions _options = new() { ConnectTime = options.ConnectTime, MaxMessageBytes = MaxMessageBytes };

    public ISessionLink Dial(string address)
    {
        var channel = BridgeChannel.Open(_options with { Address = address }, Configure);
        try
        {
            // Metadata and not call credentials, which gRPC does not send over http://.
            var metadata = new Metadata();
            if (options.Token is { } token)
            {
                metadata.Add("authorization", $"Bearer {token}");
            }

            var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(SessionMethods.Client, host: null, new CallOptions(metadata));
            return new GrpcFrameStream(channel, call);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    private void Configure(SocketsHttpHandler handler)
    {
        handler.InitialHttp2StreamWindowSize = StreamWindowBytes;
        options.ConfigureConnection?.Invoke(handler);
    }
}
