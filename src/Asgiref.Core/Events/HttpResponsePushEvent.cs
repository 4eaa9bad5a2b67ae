using Asgiref.Core.Headers;

namespace Asgiref.Core.Events;

/// <summary>Send: a server push (EXT-07 to EXT-11). Never offered by this bridge.</summary>
public sealed record HttpResponsePushEvent : AsgiEvent
{
    /// <summary>The event type "http.response.push".</summary>
    public const string TypeName = "http.response.push";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The decoded path to push.</summary>
    public required string Path { get; init; }

    /// <summary>The header fields of the promised request.</summary>
    public AsgiHeaders Headers { get; init; } = AsgiHeaders.Empty;
}
