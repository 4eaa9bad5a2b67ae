namespace Asgiref.Core.Events;

/// <summary>Receive: the response has been sent or the client has gone (HTTP-48, HTTP-49).</summary>
public sealed record HttpDisconnectEvent : AsgiEvent
{
    /// <summary>The event type "http.disconnect".</summary>
    public const string TypeName = "http.disconnect";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The event has no keys of its own, so one object serves all.</summary>
    public static HttpDisconnectEvent Instance { get; } = new();
}
