using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>What an opener had sent when the exchange was refused: a whole event or a part of a body.</summary>
internal readonly record struct RetainedPayload(PayloadKind Kind, ReadOnlyMemory<byte> Data, bool More);
