using Bridge.Protocol.Sessions.Wire;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// What a session runs on: an ordered stream of batches each way. One reader and one writer use it, at the same time.
/// An error of the transport is any exception; a cancelled call ends soon, with any exception, and the stream is dead
/// from then on.
/// </summary>
internal interface IFrameStream
{
    /// <summary>
    /// Reads the next batch, or null when the peer has ended its half. The batch is the session's until the next call only;
    /// what may be kept of it, <see cref="ReceivedBatch"/> says.
    /// </summary>
    ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Hands the message of a batch to the transport. When the call has ended well, the session uses the memory again: the
    /// stream must have copied it by then.
    /// </summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);

    /// <summary>Ends this half of the stream, after the last write.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
