using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>The dialling end of a call of <c>SessionService.Open</c>, as a stream of batches.</summary>
internal sealed class GrpcClientEnd(AsyncDuplexStreamingCall<WrittenBatch, BatchMessage> call) : IFrameStream
{
    private readonly WrittenBatch _written = new();
    private readonly ReceivedBatch _received = new();

    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken) =>
        await call.ResponseStream.MoveNext(cancellationToken) ? call.ResponseStream.Current.ReadTo(_received) : null;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        _written.Bytes = batch;
        await call.RequestStream.WriteAsync(_written, cancellationToken);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken) => await call.RequestStream.CompleteAsync();
}
