using System.Buffers;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>The message of a batch that has come, unread: what a marshaller makes, which serves all streams.</summary>
internal sealed class BatchMessage
{
    private readonly byte[] _bytes;
    private readonly int _length;

    /// <summary>Copies the message: what is under it is the transport's.</summary>
    public BatchMessage(ReadOnlySequence<byte> message)
    {
        _length = checked((int)message.Length);
        _bytes = ArrayPool<byte>.Shared.Rent(_length);
        message.CopyTo(_bytes);
    }

    /// <summary>Reads it, once, to a batch, and gives that.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">It is malformed.</exception>
    public ReceivedBatch ReadTo(ReceivedBatch batch)
    {
        try
        {
            return batch.Read(_bytes.AsSpan(0, _length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
