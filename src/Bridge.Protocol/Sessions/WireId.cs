using Google.Protobuf;

namespace Bridge.Protocol.Sessions;

/// <summary>The 16 bytes that name calls, processes and thread-sensitive contexts, in the order in which a GUID is written.</summary>
internal static class WireId
{
    /// <summary>How many bytes an id has.</summary>
    public const int Length = 16;

    /// <summary>The bytes of an id.</summary>
    public static ByteString ToBytes(Guid id) => UnsafeByteOperations.UnsafeWrap(id.ToByteArray(bigEndian: true));

    /// <summary>The id of 16 bytes, which the caller has checked.</summary>
    public static Guid FromBytes(ByteString bytes) => FromBytes(bytes.Span);

    /// <summary>The id of 16 bytes, which the caller has checked.</summary>
    public static Guid FromBytes(ReadOnlySpan<byte> bytes) => new(bytes, bigEndian: true);
}
