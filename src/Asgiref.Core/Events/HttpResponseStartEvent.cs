using Asgiref.Core.Headers;

namespace Asgiref.Core.Events;

/// <summary>Send: the head of the response (HTTP-34 to HTTP-42).</summary>
public sealed record HttpResponseStartEvent : AsgiEvent
{
    /// <summary>The event type "http.response.start".</summary>
    public const string TypeName = "http.response.start";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The final status code, 200 to 599 (HTTP-35).</summary>
    public required int Status { get; init; }

    /// <summary>The header fields in order, names lower-case, no pseudo headers (HTTP-36, HTTP-37).</summary>
    public AsgiHeaders Headers { get; init; } = AsgiHeaders.Empty;

    /// <summary>True: trailers follow the last body event (HTTP-38).</summary>
    public bool? Trailers { get; init; }

    /// <summary>The flag; false when absent.</summary>
    public bool TrailersOrDefault => Trailers.GetValueOrDefault();
}
