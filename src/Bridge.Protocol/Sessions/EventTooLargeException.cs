namespace Bridge.Protocol.Sessions;

/// <summary>Raised by a send of an event that is larger than the peer takes. Nothing of it was sent.</summary>
internal sealed class EventTooLargeException(int length, int limit)
    : Exception($"The event has {length} bytes; the peer takes at most {limit} (EventBytes).")
{
    /// <summary>The event's size in bytes.</summary>
    public int Length { get; } = length;

    /// <summary>The peer's limit in bytes.</summary>
    public int Limit { get; } = limit;
}
