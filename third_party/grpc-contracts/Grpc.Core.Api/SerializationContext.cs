using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a serializer puts one message. Used once, by one thread.</summary>
public abstract class SerializationContext
{
    /// <summary>Gives the whole message; the context owns the array from then on.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>A writer for the message; <see cref="Complete()"/> ends it.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>Says the length in bytes before the writer is used, so that nothing needs to be copied.</summary>
    public virtual void SetPayloadLength(int payloadLength) => throw new NotImplementedException();

    /// <summary>Ends a message that was written to <see cref="GetBufferWriter"/>.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}
