using Google.Protobuf;

namespace Bridge.Protocol.Mapping;

/// <summary>
/// Bytes cross between model and messages without a copy. A message made of a model object looks into the object's
/// memory: it must be serialised before that memory changes, which the model promises only until <c>send</c> returns.
/// A model object made of a received message looks into the message, which nobody changes.
/// </summary>
internal static class BytesMapping
{
    public static ByteString ToMessage(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);

    public static ReadOnlyMemory<byte> FromMessage(ByteString bytes) => bytes.Memory;

    /// <summary>
    /// Bytes that may be absent. A conditional expression at the caller would not do: its null becomes empty memory.
    /// </summary>
    public static ReadOnlyMemory<byte>? FromMessage(bool present, ByteString bytes) =>
        present ? bytes.Memory : default(ReadOnlyMemory<byte>?);
}
