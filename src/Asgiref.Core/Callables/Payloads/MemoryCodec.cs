using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Payloads;

/// <summary>Bytes as they are; the memory is the payload's.</summary>
internal sealed class MemoryCodec : BytesCodec<ReadOnlyMemory<byte>>
{
    public override CallPayload Write(ReadOnlyMemory<byte> value) => new(ContentType, value);

    public override ReadOnlyMemory<byte> Read(CallPayload payload) => payload.Data;
}
