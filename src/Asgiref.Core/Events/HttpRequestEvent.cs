namespace Asgiref.Core.Events;

/// <summary>Receive: one part of the request body; the first one starts the request (HTTP-28 to HTTP-33).</summary>
public sealed record HttpRequestEvent : AsgiEvent
{
    /// <summary>The event type "http.request".</summary>
    public const string TypeName = "http.request";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>A part of the decoded body (HTTP-29).</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The bytes; empty when absent.</summary>
    public ReadOnlyMemory<byte> BodyOrDefault => Body.GetValueOrDefault();

    /// <summary>True: another part follows. False or absent: the request is complete (HTTP-30).</summary>
    public bool? MoreBody { get; init; }

    /// <summary>The flag; false when absent.</summary>
    public bool MoreBodyOrDefault => MoreBody.GetValueOrDefault();
}
