namespace Asgiref.Core.Events;

/// <summary>Send: cannot start; the server stops (LIFE-12, LIFE-13).</summary>
public sealed record LifespanStartupFailedEvent : AsgiEvent
{
    /// <summary>The event type "lifespan.startup.failed".</summary>
    public const string TypeName = "lifespan.startup.failed";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Why, for the log.</summary>
    public string? Message { get; init; }

    /// <summary>The reason; empty when absent.</summary>
    public string MessageOrDefault => Message ?? "";
}
