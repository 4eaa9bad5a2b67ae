using Bridge.Server.Access;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>Serves connectors; docs/protocol.md is the contract. One object serves all calls.</summary>
internal sealed class StatelessService(Feeds feeds) : V1.StatelessService.StatelessServiceBase
{
    [NeedsToken]
    public override async Task Feed(
        IAsyncStreamReader<V1.FeedRequest> requestStream, IServerStreamWriter<V1.FeedResponse> responseStream, ServerCallContext context) =>
        context.Status = await feeds.RunAsync(requestStream, responseStream, context);
}
