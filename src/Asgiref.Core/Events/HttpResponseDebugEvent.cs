using Asgiref.Core.Values;

namespace Asgiref.Core.Events;

/// <summary>Send: free information for a test host, once, before the start (EXT-33 to EXT-35).</summary>
public sealed record HttpResponseDebugEvent : AsgiEvent
{
    /// <summary>The event type "http.response.debug".</summary>
    public const string TypeName = "http.response.debug";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The information.</summary>
    public required AsgiValueMap Info { get; init; }
}
