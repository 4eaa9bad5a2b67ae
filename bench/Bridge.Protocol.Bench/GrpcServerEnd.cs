using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>The accepting end of a call of <c>SessionService.Open</c>, as a stream of batches; its end is the end of the service's method.</summary>
internal sealed class GrpcServerEnd(IAsyncStreamReader<BatchMessage> requests, IServerStreamWriter<OpenResponse> responses, TaskCompletionSource over) : IFrameStream
{
    private readonly OpenResponse _response = new();
    private readonly ReceivedBatch _received = new();

    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken) =>
        await requests.MoveNext(cancellationToken) ? requests.Current.ReadTo(_received) : null;

    public async ValueTask WriteAsync(IReadOnlyList<Frame> batch, CancellationToken cancellationToken)
    {
        _response.Frames.AddRange(batch);
        await responses.WriteAsync(_response, cancellationToken);
        _response.Frames.Clear();
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        over.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
