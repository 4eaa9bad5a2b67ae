using Bridge.Protocol.Sessions.Wire;
using Bridge.Server.Access;
using Grpc.Core;

namespace Bridge.Server.Sessions;

/// <summary>Serves sessions; docs/protocol.md is the contract. One object serves all calls.</summary>
internal sealed class SessionService(OpenSessions sessions) : SessionServiceBase
{
    [NeedsToken]
    public override async Task Open(
        IAsyncStreamReader<BatchMessage> requests, IServerStreamWriter<WrittenBatch> responses, ServerCallContext context) =>
        context.Status = await sessions.RunAsync(
            new GrpcFrameStream(requests, responses), context.Peer, context.CancellationToken);
}
