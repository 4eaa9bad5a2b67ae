using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>The dialling end of a call of <c>SessionService.Open</c>, as a stream of batches.</summary>
internal sealed class GrpcClientEnd(AsyncDuplexStreamingCall<OpenRequest, OpenResponse> call) : IFrameStream
{
    private readonly OpenRequest _request = new();

    public async ValueTask<IReadOnlyList<Frame>?> ReadAsync(CancellationToken cancellationToken) =>
        await call.ResponseStream.MoveNext(cancellationToken) ? call.ResponseStream.Current.Frames : null;

    public async ValueTask WriteAsync(IReadOnlyList<Frame> batch, CancellationToken cancellationToken)
    {
        _request.Frames.AddRange(batch);
        await call.RequestStream.WriteAsync(_request, cancellationToken);
        _request.Frames.Clear();
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken) => await call.RequestStream.CompleteAsync();
}
