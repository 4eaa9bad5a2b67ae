namespace Asgiref.Core.Events;

/// <summary>Receive: the socket is closed or lost (WS-36 to WS-39).</summary>
public sealed record WebSocketDisconnectEvent : AsgiEvent
{
    /// <summary>The event type "websocket.disconnect".</summary>
    public const string TypeName = "websocket.disconnect";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The close code; absent: 1005, no code in the frame (WS-37).</summary>
    public int? Code { get; init; }

    /// <summary>The close code; 1005 when absent.</summary>
    public int CodeOrDefault => Code ?? 1005;

    /// <summary>The reason; at most 123 bytes of UTF-8 on the wire (GAP-05).</summary>
    public string? Reason { get; init; }

    /// <summary>The reason; empty when absent.</summary>
    public string ReasonOrDefault => Reason ?? "";
}
