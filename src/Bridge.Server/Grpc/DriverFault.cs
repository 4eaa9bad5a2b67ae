using Bridge.Protocol;
using Bridge.Server.Metrics;
using Google.Protobuf;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>Tells a driver, or a worker, what was wrong with what it sent.</summary>
internal static class DriverFault
{
    /// <summary>The status for an error of reading or decoding; null when the peer has simply gone.</summary>
    public static Status? StatusOf(Exception error, GrpcOptions options, BridgeMetrics metrics, string messageType = nameof(V1.RunRequest))
    {
        switch (error)
        {
            case InvalidMessageException invalid:
                return new Status(StatusCode.InvalidArgument, invalid.Message);
            case InvalidProtocolBufferException:
                return new Status(StatusCode.InvalidArgument, $"The bytes of a message are not those of {messageType}.");
            case LimitReachedException limit:
                metrics.Reached(limit.Limit);
                return new Status(StatusCode.ResourceExhausted, limit.Message);
            case RpcException { StatusCode: StatusCode.ResourceExhausted }:
                metrics.Reached(Limit.MessageBytes);
                return new Status(
                    StatusCode.ResourceExhausted,
                    $"A message is larger than {options.MaxMessageBytes} bytes ({GrpcOptions.Section}:{nameof(options.MaxMessageBytes)}).");
            case RpcException refused:
                return refused.Status;
            default:
                return null;
        }
    }
}
