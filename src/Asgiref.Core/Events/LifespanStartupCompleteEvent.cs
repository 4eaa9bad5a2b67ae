namespace Asgiref.Core.Events;

/// <summary>Send: ready (LIFE-10).</summary>
public sealed record LifespanStartupCompleteEvent : AsgiEvent
{
    /// <summary>The event type "lifespan.startup.complete".</summary>
    public const string TypeName = "lifespan.startup.complete";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The event has no keys of its own, so one object serves all.</summary>
    public static LifespanStartupCompleteEvent Instance { get; } = new();
}
