using Asgiref.Core.Local;

namespace Asgiref.Core.Callables.Transport;

/// <summary>Everything that travels with a call between processes. Immutable.</summary>
internal sealed record CallRequest
{
    /// <summary>The callable's name.</summary>
    public required string Callable { get; init; }

    /// <summary>The calls that this one comes from, outermost first, and itself as the last.</summary>
    public required IReadOnlyList<CallStep> Path { get; init; }

    /// <summary>The caller's thread-sensitive context; null for none.</summary>
    public Guid? ThreadContext { get; init; }

    /// <summary>What is left of the caller's time; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The argument.</summary>
    public CallPayload Argument { get; init; }

    /// <summary>The values of the caller's context bag.</summary>
    public ContextBagSnapshot Context { get; init; } = ContextBagSnapshot.Empty;

    /// <summary>The W3C trace context of the caller; null for none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The W3C trace state; null for none.</summary>
    public string? TraceState { get; init; }
}
