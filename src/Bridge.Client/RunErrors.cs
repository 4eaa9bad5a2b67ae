using System.Net.Sockets;
using Bridge.Protocol;
using Google.Protobuf;
using Grpc.Core;

namespace Bridge.Client;

/// <summary>Turns the end of a call into the end of a run.</summary>
internal static class RunErrors
{
    private const string EndingTrailer = "asgi-ending";
    private const string OmissionTrailer = "asgi-omission";

    /// <summary>The ending of a call that ended well.</summary>
    public static RunEnding EndingOf(Metadata trailers) => new(
        trailers.GetValue(EndingTrailer) == "disconnected" ? RunEndingKind.Disconnected : RunEndingKind.Finished,
        trailers.GetValue(OmissionTrailer));

    /// <summary>The error of a call that did not.</summary>
    /// <param name="error">What reading or writing the call raised.</param>
    /// <param name="started">Whether the start was handed to a connection.</param>
    public static BridgeException Of(Exception error, bool started) => error switch
    {
        BridgeException known => known,
        RpcException rpc => Of(rpc, started),
        InvalidMessageException or InvalidProtocolBufferException =>
            new BridgeException(BridgeError.BridgeInvalid, $"The bridge sent what breaks the contract: {error.Message}", error),
        _ => new BridgeException(started ? BridgeError.LinkLost : BridgeError.ConnectFailed, error.Message, error),
    };

    private static BridgeException Of(RpcException error, bool started)
    {
        var ending = error.Trailers.GetValue(EndingTrailer);
        var kind = (error.StatusCode, ending) switch
        {
            (StatusCode.NotFound, _) => BridgeError.ApplicationNotFound,
            (StatusCode.InvalidArgument, _) => BridgeError.DriverInvalid,
            (StatusCode.DeadlineExceeded, _) => BridgeError.DeadlineExceeded,
            (StatusCode.ResourceExhausted or StatusCode.Unavailable, "refused") => BridgeError.Refused,
            (StatusCode.ResourceExhausted, _) => BridgeError.LimitReached,
            (_, "failed") => BridgeError.ApplicationFailed,
            (_, "lost") => BridgeError.InstanceLost,
            (StatusCode.Unimplemented, _) => BridgeError.ConnectFailed,
            (StatusCode.Internal, _) when IsDecodingError(error) => BridgeError.BridgeInvalid,
            // A status that was received and not made here of a broken connection.
            (StatusCode.Unknown or StatusCode.Internal, null) when error.Status.DebugException is null => BridgeError.BridgeFailed,
            _ => started && !IsConnectError(error) ? BridgeError.LinkLost : BridgeError.ConnectFailed,
        };
        return new BridgeException(kind, $"{error.Status.Detail} ({error.StatusCode})", error);
    }

    private static bool IsDecodingError(RpcException error) =>
        error.Status.DebugException is InvalidProtocolBufferException or InvalidMessageException;

    private static bool IsConnectError(RpcException error) =>
        error.Status.DebugException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
            or SocketException;
}
