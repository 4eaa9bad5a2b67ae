using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Bridge.Server.Tests.Workers;

/// <summary>The client's end of a call of <c>Open</c>.</summary>
internal sealed class ClientFrameStream(AsyncDuplexStreamingCall<OpenRequest, OpenResponse> call) : IFrameStream
{
    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken) =>
        await call.ResponseStream.MoveNext(cancellationToken) ? new ReceivedBatch().Read(call.ResponseStream.Current.ToByteArray()) : null;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        await call.RequestStream.WriteAsync(OpenRequest.Parser.ParseFrom(batch.Span), cancellationToken);

    public async ValueTask CompleteAsync(CancellationToken cancellationToken) => await call.RequestStream.CompleteAsync();
}
