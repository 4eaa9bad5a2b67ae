namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>How a call or a body ends.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Node">The node whose exception arrives, if it failed or was refused.</param>
internal readonly record struct Outcome(OutcomeKind Kind, int Node = 0)
{
    public static Outcome Finished => new(OutcomeKind.Finished);

    public static Outcome Cancelled => new(OutcomeKind.Cancelled);

    public bool IsFinished => Kind == OutcomeKind.Finished;

    public override string ToString() =>
        Kind is OutcomeKind.Failed or OutcomeKind.Refused ? $"{Kind} by #{Node}" : $"{Kind}";
}
