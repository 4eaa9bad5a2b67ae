using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One way of compressing messages. Safe for concurrent use.</summary>
public interface ICompressionProvider
{
    /// <summary>The name in <c>grpc-encoding</c> and <c>grpc-accept-encoding</c>.</summary>
    string EncodingName { get; }

    /// <summary>A stream that compresses into the given one, which stays open; null is the provider's own level.</summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>A stream that decompresses the given one.</summary>
    Stream CreateDecompressionStream(Stream stream);
}
