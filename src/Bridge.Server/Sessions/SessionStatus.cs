using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Grpc;
using Grpc.Core;

namespace Bridge.Server.Sessions;

/// <summary>The status of a call of <c>Open</c>, by the way its session ended (docs/protocol.md).</summary>
internal static class SessionStatus
{
    /// <remarks>What gRPC itself says of a message that it does not take, such as one beyond its size limit, goes before all.</remarks>
    public static Status Of(SessionEnding ending) => ending is { Kind: SessionEndingKind.StreamLost, Exception: RpcException error }
        ? StatusText.Fit(error.StatusCode, error.Status.Detail)
        : StatusText.Fit(CodeOf(ending), ending.Reason);

    private static StatusCode CodeOf(SessionEnding ending) => ending switch
    {
        { Kind: SessionEndingKind.Goodbye, Code: GoodbyeCode.Done or GoodbyeCode.Replaced } => StatusCode.OK,
        { ByPeer: true } => StatusCode.Aborted,
        { Kind: SessionEndingKind.ProtocolError } => StatusCode.InvalidArgument,
        { Kind: SessionEndingKind.NoCommonRevision } => StatusCode.FailedPrecondition,
        { Kind: SessionEndingKind.Limit } => StatusCode.ResourceExhausted,
        { Kind: SessionEndingKind.NoHello or SessionEndingKind.Unresponsive } => StatusCode.DeadlineExceeded,
        { Kind: SessionEndingKind.StreamLost or SessionEndingKind.Cancelled } => StatusCode.Cancelled,
        _ => StatusCode.Internal,
    };
}
