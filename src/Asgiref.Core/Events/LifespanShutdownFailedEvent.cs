namespace Asgiref.Core.Events;

/// <summary>Send: the clean-up failed (LIFE-19, LIFE-20).</summary>
public sealed record LifespanShutdownFailedEvent : AsgiEvent
{
    /// <summary>The event type "lifespan.shutdown.failed".</summary>
    public const string TypeName = "lifespan.shutdown.failed";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Why, for the log.</summary>
    public string? Message { get; init; }

    /// <summary>The reason; empty when absent.</summary>
    public string MessageOrDefault => Message ?? "";
}
