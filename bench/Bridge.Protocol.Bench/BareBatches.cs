using System.Buffers;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Bench;

/// <summary>Batches of a stream without the engine, written by the generated code.</summary>
internal static class BareBatches
{
    /// <summary>Writes the batch and empties it.</summary>
    public static async ValueTask WriteAsync(this IFrameStream stream, OpenRequest batch)
    {
        var size = batch.CalculateSize();
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        batch.WriteTo(bytes.AsSpan(0, size));
        await stream.WriteAsync(bytes.AsMemory(0, size), CancellationToken.None);
        ArrayPool<byte>.Shared.Return(bytes);
        batch.Frames.Clear();
    }
}
