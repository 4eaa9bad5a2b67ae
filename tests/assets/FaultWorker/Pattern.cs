using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FaultWorker;

/// <summary>Bytes that the worker and the tests make alike: no two parts are equal, so that a lost or a moved one is seen.</summary>
internal sealed class Pattern
{
    public const int PartBytes = 64 * 1024;

    private readonly byte[] _part = new byte[PartBytes];
    private long _number;

    public Pattern() => new Random(1).NextBytes(_part);

    /// <summary>The next part; valid until the one after.</summary>
    /// <param name="left">How many bytes are wanted in all; a part has at most as many.</param>
    public ReadOnlyMemory<byte> Next(long left)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_part, _number++);
        return _part.AsMemory(0, (int)Math.Min(left, PartBytes));
    }

    /// <summary>The checksum of so many bytes, in hexadecimal digits.</summary>
    public static string HashOf(long bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pattern = new Pattern();
        while (bytes > 0)
        {
            var part = pattern.Next(bytes);
            hash.AppendData(part.Span);
            bytes -= part.Length;
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
