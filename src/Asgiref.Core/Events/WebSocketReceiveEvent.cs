namespace Asgiref.Core.Events;

/// <summary>Receive: one whole message (WS-28 to WS-31).</summary>
public sealed record WebSocketReceiveEvent : AsgiEvent
{
    /// <summary>The event type "websocket.receive".</summary>
    public const string TypeName = "websocket.receive";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The message as text; exactly one of this and <see cref="Bytes"/> is set (WS-31).</summary>
    public string? Text { get; init; }

    /// <summary>The message as bytes; exactly one of this and <see cref="Text"/> is set.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }
}
