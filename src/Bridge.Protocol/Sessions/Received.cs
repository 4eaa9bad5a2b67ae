namespace Bridge.Protocol.Sessions;

/// <summary>What came from the peer of an exchange.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Data">The event, or the part of the body. The receiver's own, for ever.</param>
/// <param name="More">For a part of a body: whether another follows.</param>
/// <param name="Charge">What it still costs the sender's window.</param>
/// <param name="Joined">How much of it counts against JoinedBytes.</param>
internal readonly record struct Received(ReceivedKind Kind, ReadOnlyMemory<byte> Data, bool More, int Charge, int Joined);
