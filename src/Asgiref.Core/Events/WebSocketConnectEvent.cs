namespace Asgiref.Core.Events;

/// <summary>Receive: the client asks for the socket; the first event (WS-19).</summary>
public sealed record WebSocketConnectEvent : AsgiEvent
{
    /// <summary>The event type "websocket.connect".</summary>
    public const string TypeName = "websocket.connect";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The event has no keys of its own, so one object serves all.</summary>
    public static WebSocketConnectEvent Instance { get; } = new();
}
