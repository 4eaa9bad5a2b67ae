using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>The accepting end of a call of <c>SessionService.Open</c>, as a stream of batches; its end is the end of the service's method.</summary>
internal sealed class GrpcServerEnd(IAsyncStreamReader<BatchMessage> requests, IServerStreamWriter<WrittenBatch> responses, TaskCompletionSource over) : IFrameStream
{
    private readonly WrittenBatch _written = new();
    private readonly ReceivedBatch _received = new();

    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken) =>
        await requests.MoveNext(cancellationToken) ? requests.Current.ReadTo(_received) : null;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        _written.Bytes = batch;
        await responses.WriteAsync(_written, cancellationToken);
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        over.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
