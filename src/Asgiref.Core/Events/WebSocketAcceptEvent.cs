using Asgiref.Core.Headers;

namespace Asgiref.Core.Events;

/// <summary>Send: opens the socket (WS-23 to WS-27).</summary>
public sealed record WebSocketAcceptEvent : AsgiEvent
{
    /// <summary>The event type "websocket.accept".</summary>
    public const string TypeName = "websocket.accept";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The chosen subprotocol, one that the client offered; absent: none (WS-24, GAP-25).</summary>
    public string? Subprotocol { get; init; }

    /// <summary>Fields of the handshake response, without sec-websocket-protocol (WS-25, WS-26).</summary>
    public AsgiHeaders Headers { get; init; } = AsgiHeaders.Empty;
}
