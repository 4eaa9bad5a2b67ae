namespace Asgiref.Core.Events;

/// <summary>Send: one whole message (WS-32 to WS-35).</summary>
public sealed record WebSocketSendEvent : AsgiEvent
{
    /// <summary>The event type "websocket.send".</summary>
    public const string TypeName = "websocket.send";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The message as text; exactly one of this and <see cref="Bytes"/> is set (WS-31).</summary>
    public string? Text { get; init; }

    /// <summary>The message as bytes; exactly one of this and <see cref="Text"/> is set.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }
}
