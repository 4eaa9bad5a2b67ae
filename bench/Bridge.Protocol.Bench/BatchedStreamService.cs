using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>Answers the small exchanges of a bare batched stream: the contract's messages, without the session engine.</summary>
public sealed class BatchedStreamService : SessionService.SessionServiceBase
{
    /// <inheritdoc/>
    public override async Task Open(IAsyncStreamReader<OpenRequest> requestStream, IServerStreamWriter<OpenResponse> responseStream, ServerCallContext context)
    {
        var over = new TaskCompletionSource();
        await BareExchanges.Answer(new GrpcServerEnd(requestStream, responseStream, over));
        await over.Task;
    }
}
