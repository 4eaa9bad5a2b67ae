using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.Contracts.Tests.Calls;

/// <summary>Counts what one side compresses and decompresses.</summary>
internal sealed class RecordingCompressionProvider(ICompressionProvider provider) : ICompressionProvider
{
    private int _compressed;
    private int _decompressed;

    public int Compressed => Volatile.Read(ref _compressed);

    public int Decompressed => Volatile.Read(ref _decompressed);

    public string EncodingName => provider.EncodingName;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
    {
        Interlocked.Increment(ref _compressed);
        return provider.CreateCompressionStream(stream, compressionLevel);
    }

    public Stream CreateDecompressionStream(Stream stream)
    {
        Interlocked.Increment(ref _decompressed);
        return provider.CreateDecompressionStream(stream);
    }
}
