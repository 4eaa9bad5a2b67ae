namespace Asgiref.Core.Events;

/// <summary>Receive: no connection is left, clean up (LIFE-16).</summary>
public sealed record LifespanShutdownEvent : AsgiEvent
{
    /// <summary>The event type "lifespan.shutdown".</summary>
    public const string TypeName = "lifespan.shutdown";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The event has no keys of its own, so one object serves all.</summary>
    public static LifespanShutdownEvent Instance { get; } = new();
}
