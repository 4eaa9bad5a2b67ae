using System.Runtime.InteropServices;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Payloads;

/// <summary>Bytes as an array, which is copied only if the payload is a part of a larger one.</summary>
internal sealed class ArrayCodec : BytesCodec<byte[]>
{
    public override CallPayload Write(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new CallPayload(ContentType, value);
    }

    public override byte[] Read(CallPayload payload) =>
        MemoryMarshal.TryGetArray(payload.Data, out var whole) && whole.Offset == 0 && whole.Count == whole.Array!.Length
            ? whole.Array
            : payload.Data.ToArray();
}
