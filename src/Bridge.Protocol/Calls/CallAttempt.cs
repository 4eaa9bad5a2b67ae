using Asgiref.Core.Callables.Transport;

namespace Bridge.Protocol.Calls;

/// <summary>What became of a call on one session.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="MayGoElsewhere">It never ran, and the reason is the session: another may take it.</param>
internal readonly record struct CallAttempt(CallOutcome Outcome, bool MayGoElsewhere)
{
    /// <summary>A call that has ended for good.</summary>
    public static implicit operator CallAttempt(CallOutcome outcome) => new(outcome, MayGoElsewhere: false);
}
