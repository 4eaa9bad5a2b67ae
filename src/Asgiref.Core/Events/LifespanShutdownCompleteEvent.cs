namespace Asgiref.Core.Events;

/// <summary>Send: cleaned up (LIFE-17).</summary>
public sealed record LifespanShutdownCompleteEvent : AsgiEvent
{
    /// <summary>The event type "lifespan.shutdown.complete".</summary>
    public const string TypeName = "lifespan.shutdown.complete";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The event has no keys of its own, so one object serves all.</summary>
    public static LifespanShutdownCompleteEvent Instance { get; } = new();
}
