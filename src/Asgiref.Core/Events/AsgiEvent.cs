using Asgiref.Core.Values;

namespace Asgiref.Core.Events;

/// <summary>
/// One event of a conversation (CORE-15). Immutable. A null property was absent; an <c>…OrDefault</c> property beside
/// it applies the specification's default (CORE-25); absent header fields are the same as none. Memory inside an event belongs to the event: whoever makes one
/// does not change that memory until <c>send</c> has returned.
/// </summary>
public abstract record AsgiEvent
{
    /// <summary>The event's type, such as <c>http.request</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Keys that this library does not know; passed through, never an error (CORE-18).</summary>
    public AsgiValueMap Extra { get; init; } = AsgiValueMap.Empty;
}
