namespace Asgiref.Core.Events;

/// <summary>Send: links for a 103 response (EXT-24 to EXT-27).</summary>
public sealed record HttpResponseEarlyHintEvent : AsgiEvent
{
    /// <summary>The event type "http.response.early_hint".</summary>
    public const string TypeName = "http.response.early_hint";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Values of Link fields (RFC 8288).</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Links { get; init; }
}
