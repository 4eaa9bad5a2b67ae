using Asgiref.Core.Local;

namespace Asgiref.Core.Callables.Transport;

/// <summary>How a call ended: with a result, or with a failure; and what it changed in the context bag. Immutable.</summary>
internal sealed record CallOutcome
{
    private CallOutcome()
    {
    }

    /// <summary>The result, if there is no <see cref="Failure"/>.</summary>
    public CallPayload Result { get; private init; }

    /// <summary>Why there is no result; null if there is one.</summary>
    public CallFailure? Failure { get; private init; }

    /// <summary>What the function changed in the context bag.</summary>
    public ContextBagDelta Changes { get; private init; } = ContextBagDelta.None;

    /// <summary>The function returned.</summary>
    public static CallOutcome Returned(CallPayload result, ContextBagDelta changes) => new() { Result = result, Changes = changes };

    /// <summary>The function did not return, or never ran.</summary>
    public static CallOutcome Failed(CallFailure failure, ContextBagDelta? changes = null) =>
        new() { Failure = failure, Changes = changes ?? ContextBagDelta.None };
}
