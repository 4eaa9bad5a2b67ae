namespace Asgiref.Core.Events;

/// <summary>Send: a part of a denial response's body (EXT-03).</summary>
public sealed record WebSocketHttpResponseBodyEvent : AsgiEvent
{
    /// <summary>The event type "websocket.http.response.body".</summary>
    public const string TypeName = "websocket.http.response.body";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The part.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The bytes; empty when absent.</summary>
    public ReadOnlyMemory<byte> BodyOrDefault => Body.GetValueOrDefault();

    /// <summary>True: another part follows.</summary>
    public bool? MoreBody { get; init; }

    /// <summary>The flag; false when absent.</summary>
    public bool MoreBodyOrDefault => MoreBody.GetValueOrDefault();
}
