using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;

namespace Bridge.Server.Sessions;

/// <summary>The server's end of a call of <c>SessionService.Open</c> as a stream of batches.</summary>
internal sealed class GrpcFrameStream(IAsyncStreamReader<BatchMessage> requests, IServerStreamWriter<WrittenBatch> responses) : IFrameStream
{
    private readonly WrittenBatch _written = new();
    private readonly ReceivedBatch _received = new();

    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        _received.Clear();
        return await requests.MoveNext(cancellationToken) ? requests.Current.ReadTo(_received) : null;
    }

    /// <summary>gRPC serializes a message before it first waits, so that nothing of the batch is used afterwards.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        _written.Bytes = batch;
        try
        {
            await responses.WriteAsync(_written, cancellationToken);
        }
        finally
        {
            _written.Bytes = default;
        }
    }

    /// <summary>A server's half ends with its call: the trailers follow when the session has ended.</summary>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
