namespace Asgiref.Core.Events;

/// <summary>Send: a file of the front's file system as the whole body (EXT-19 to EXT-23).</summary>
public sealed record HttpResponsePathSendEvent : AsgiEvent
{
    /// <summary>The event type "http.response.pathsend".</summary>
    public const string TypeName = "http.response.pathsend";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The absolute path in the platform's form.</summary>
    public required string Path { get; init; }
}
