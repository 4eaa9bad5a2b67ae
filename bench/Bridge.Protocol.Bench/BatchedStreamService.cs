using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>Answers the small exchanges of a bare batched stream: the contract's messages, without the session engine.</summary>
internal sealed class BatchedStreamService : SessionServiceBase
{
    /// <inheritdoc/>
    public override async Task Open(IAsyncStreamReader<BatchMessage> requests, IServerStreamWriter<WrittenBatch> responses, ServerCallContext context)
    {
        var over = new TaskCompletionSource();
        await BareExchanges.Answer(new GrpcServerEnd(requests, responses, over));
        await over.Task;
    }
}
