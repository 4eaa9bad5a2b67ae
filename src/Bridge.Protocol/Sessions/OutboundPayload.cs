using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>What an exchange has to send, to be cut into frames.</summary>
/// <param name="Kind">What the bytes are.</param>
/// <param name="Data">The bytes.</param>
/// <param name="More">What the last frame of it says.</param>
/// <param name="Pooled">The array under the bytes, if it goes back to the pool after the last frame.</param>
internal readonly record struct OutboundPayload(PayloadKind Kind, ReadOnlyMemory<byte> Data, bool More, byte[]? Pooled)
{
    /// <summary>The end of the exchange, if it goes along.</summary>
    public EndedKind Ended { get; init; }
}
