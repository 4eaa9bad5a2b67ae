using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>The dialling end of a call of <c>SessionService.Open</c>, as a stream of batches.</summary>
internal sealed class GrpcClientEnd(AsyncDuplexStreamingCall<OpenRequest, BatchMessage> call) : IFrameStream
{
    private readonly OpenRequest _request = new();
    private readonly ReceivedBatch _received = new();

    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken) =>
        await call.ResponseStream.MoveNext(cancellationToken) ? call.ResponseStream.Current.ReadTo(_received) : null;

    public async ValueTask WriteAsync(IReadOnlyList<Frame> batch, CancellationToken cancellationToken)
    {
        _request.Frames.AddRange(batch);
        await call.RequestStream.WriteAsync(_request, cancellationToken);
        _request.Frames.Clear();
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken) => await call.RequestStream.CompleteAsync();
}
