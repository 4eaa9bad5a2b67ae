using Asgiref.Core.Headers;

namespace Asgiref.Core.Events;

/// <summary>Send: trailers after the last body event (EXT-28 to EXT-32).</summary>
public sealed record HttpResponseTrailersEvent : AsgiEvent
{
    /// <summary>The event type "http.response.trailers".</summary>
    public const string TypeName = "http.response.trailers";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The trailer fields, names lower-case, no pseudo headers (EXT-29).</summary>
    public AsgiHeaders Headers { get; init; } = AsgiHeaders.Empty;

    /// <summary>True: more trailers follow (EXT-30).</summary>
    public bool? MoreTrailers { get; init; }

    /// <summary>The flag; false when absent.</summary>
    public bool MoreTrailersOrDefault => MoreTrailers.GetValueOrDefault();
}
