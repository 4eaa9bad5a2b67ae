namespace Asgiref.Core.Events;

/// <summary>Send: one part of the response body (HTTP-43 to HTTP-47).</summary>
public sealed record HttpResponseBodyEvent : AsgiEvent
{
    /// <summary>The event type "http.response.body".</summary>
    public const string TypeName = "http.response.body";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The part, appended to what was sent before (HTTP-44).</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The bytes; empty when absent.</summary>
    public ReadOnlyMemory<byte> BodyOrDefault => Body.GetValueOrDefault();

    /// <summary>True: another part follows. False or absent: the body is complete (HTTP-45).</summary>
    public bool? MoreBody { get; init; }

    /// <summary>The flag; false when absent.</summary>
    public bool MoreBodyOrDefault => MoreBody.GetValueOrDefault();
}
