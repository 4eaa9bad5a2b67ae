namespace Asgiref.Core.Events;

/// <summary>Receive: get ready (LIFE-09).</summary>
public sealed record LifespanStartupEvent : AsgiEvent
{
    /// <summary>The event type "lifespan.startup".</summary>
    public const string TypeName = "lifespan.startup";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The event has no keys of its own, so one object serves all.</summary>
    public static LifespanStartupEvent Instance { get; } = new();
}
