namespace Asgiref.Core.Callables.Transport;

/// <summary>Why a call has no result. Immutable.</summary>
/// <param name="Kind">What kind of failure.</param>
/// <param name="Message">A sentence: what and where.</param>
internal sealed record CallFailure(CallFailureKind Kind, string Message)
{
    /// <summary>The type of the exception, as its language names it; empty if it is none.</summary>
    public string Type { get; init; } = "";

    /// <summary>Its stack, as its language prints it; null if it is not told.</summary>
    public string? Stack { get; init; }

    /// <summary>What caused it, nearest first.</summary>
    public IReadOnlyList<CallFailure> Causes { get; init; } = [];
}
