using Bridge.Protocol;
using Bridge.Server.Metrics;
using Google.Protobuf;
using Grpc.Core;

namespace Bridge.Server.Grpc;

/// <summary>Tells a driver what was wrong with what it sent.</summary>
internal static class DriverFault
{
    /// <summary>The status for an error of reading or decoding; null when the driver's side has simply gone.</summary>
    public static Status? StatusOf(Exception error, GrpcOptions options, BridgeMetrics metrics)
    {
        switch (error)
        {
            case InvalidMessageException invalid:
                return new Status(StatusCode.InvalidArgument, invalid.Message);
            case InvalidProtocolBufferException:
                return new Status(StatusCode.InvalidArgument, "The bytes of a message are not those of a RunRequest.");
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
