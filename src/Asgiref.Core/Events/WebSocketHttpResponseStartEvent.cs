using Asgiref.Core.Headers;

namespace Asgiref.Core.Events;

/// <summary>Send: the head of a denial response (EXT-02).</summary>
public sealed record WebSocketHttpResponseStartEvent : AsgiEvent
{
    /// <summary>The event type "websocket.http.response.start".</summary>
    public const string TypeName = "websocket.http.response.start";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The final status code, 200 to 599.</summary>
    public required int Status { get; init; }

    /// <summary>The header fields in order.</summary>
    public AsgiHeaders Headers { get; init; } = AsgiHeaders.Empty;
}
