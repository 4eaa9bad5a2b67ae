namespace Asgiref.Core.Events;

/// <summary>Send: closes the socket, or denies it before the accept (WS-42 to WS-46).</summary>
public sealed record WebSocketCloseEvent : AsgiEvent
{
    /// <summary>The event type "websocket.close".</summary>
    public const string TypeName = "websocket.close";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The close code; absent: 1000 (WS-43).</summary>
    public int? Code { get; init; }

    /// <summary>The close code; 1000 when absent.</summary>
    public int CodeOrDefault => Code ?? 1000;

    /// <summary>The reason; at most 123 bytes of UTF-8 on the wire (GAP-05).</summary>
    public string? Reason { get; init; }

    /// <summary>The reason; empty when absent.</summary>
    public string ReasonOrDefault => Reason ?? "";
}
