using Bridge.Protocol.V1;
using Bridge.Server.Access;
using Grpc.Core;

namespace Bridge.Server.Sessions;

/// <summary>Serves sessions; docs/protocol.md is the contract. One object serves all calls.</summary>
internal sealed class SessionService(OpenSessions sessions) : Protocol.V1.SessionService.SessionServiceBase
{
    [NeedsToken]
    public override async Task Open(
        IAsyncStreamReader<OpenRequest> requestStream, IServerStreamWriter<OpenResponse> responseStream, ServerCallContext context) =>
        context.Status = await sessions.RunAsync(
            new GrpcFrameStream(requestStream, responseStream), context.Peer, context.CancellationToken);
}
