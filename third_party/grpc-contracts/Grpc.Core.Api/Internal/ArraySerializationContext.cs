using System.Buffers;

namespace Grpc.Core.Internal;

/// <summary>Collects one message into an array.</summary>
internal sealed class ArraySerializationContext : SerializationContext
{
    private ArrayBufferWriter<byte>? _writer;
    private byte[]? _payload;

    /// <summary>The message, after the serializer completed it.</summary>
    public byte[] Payload => _payload ?? throw new InvalidOperationException("The serializer did not complete the message.");

    public override void Complete(byte[] payload)
    {
        ThrowIfComplete();
        _payload = payload;
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ThrowIfComplete();
        _writer ??= new ArrayBufferWriter<byte>(Math.Max(payloadLength, 1));
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        ThrowIfComplete();
        return _writer ??= new ArrayBufferWriter<byte>();
    }

    public override void Complete()
    {
        ThrowIfComplete();
        _payload = _writer is null ? [] : _writer.WrittenSpan.ToArray();
    }

    private void ThrowIfComplete()
    {
        if (_payload is not null)
        {
            throw new InvalidOperationException("The message is complete already.");
        }
    }
}
