using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Client.Workers;

/// <summary>A session's stream over a gRPC call, with the channel that is the call's alone.</summary>
internal sealed class GrpcFrameStream(GrpcChannel channel, AsyncDuplexStreamingCall<WrittenBatch, BatchMessage> call) : ISessionLink
{
    private readonly WrittenBatch _written = new();
    private readonly ReceivedBatch _received = new();
    private Task<bool> _reading = Task.FromResult(true);

    /// <summary>A read that is given up goes on: to cancel it would cancel the call, and the status that may be on its way.</summary>
    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        _received.Clear();
        _reading = call.ResponseStream.MoveNext(CancellationToken.None);
        return await _reading.WaitAsync(cancellationToken).ConfigureAwait(false) ? call.ResponseStream.Current.ReadTo(_received) : null;
    }

    /// <summary>The write of a call ends when the message has been serialized into the HTTP/2 stream, or the call is dead.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        _written.Bytes = batch;
        await call.RequestStream.WriteAsync(_written, cancellationToken).ConfigureAwait(false);
        _written.Bytes = default;
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken) =>
        await call.RequestStream.CompleteAsync().WaitAsync(cancellationToken).ConfigureAwait(false);

    public async Task<Status?> StatusAsync(TimeSpan limit, TimeProvider clock)
    {
        try
        {
            await ReadToEndAsync().WaitAsync(limit, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return call.GetStatus();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        call.Dispose();
        channel.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The status comes behind the last message.</summary>
    private async Task ReadToEndAsync()
    {
        while (await _reading.ConfigureAwait(false))
        {
            _reading = call.ResponseStream.MoveNext(CancellationToken.None);
        }
    }
}
