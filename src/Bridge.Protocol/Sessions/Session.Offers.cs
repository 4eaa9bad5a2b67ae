using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>What the peers tell each other of what they serve, and of thread-sensitive contexts.</content>
internal sealed partial class Session
{
    /// <summary>
    /// Tells the peer that this side serves an application or a callable. The newest offer of a name holds; applications
    /// and callables have separate names.
    /// </summary>
    /// <exception cref="ArgumentException">The name has not 1 to 128 characters, or the callable breaks another rule.</exception>
    public void Offer(Offer offer)
    {
        if (offer.Callable is not { } callable)
        {
            CheckName("application", offer.Application);
        }
        else
        {
            CheckName("callable", callable.Name);
            if (CallRules.ProblemOf(callable) is { } problem)
            {
                throw new ArgumentException(problem);
            }
        }

        Control.Offer(offer);
    }

    /// <summary>Tells the peer that the offer of an application was not taken. Ends the session when it reads none of these answers.</summary>
    public void RefuseOffer(string application, string reason) => RefuseOffer(new OfferRefusal { Application = application }, reason);

    /// <summary>Tells the peer that its offer, of an application or a callable, was not taken. Ends the session when it reads none of these answers.</summary>
    public void RefuseOffer(Offer offer, string reason) =>
        RefuseOffer(new OfferRefusal { Application = offer.Application, Callable = offer.Callable?.Name ?? "" }, reason);

    /// <summary>
    /// Tells the peer that a thread-sensitive context of this process has ended. Best effort: when as many as
    /// PendingAnswers wait to be written, it is dropped and counted, and the peer's own time limit has to do. Does nothing
    /// before the peer's hello, when no call of the context can have gone to it, and after the session's end.
    /// </summary>
    public void EndThreadContext(Guid context)
    {
        if (Peer is null || Ending is not null)
        {
            return;
        }

        if (!Control.EndThreadContext(context, Options.PendingAnswers))
        {
            Counters.CountReached(SessionLimit.PendingAnswers);
        }
    }

    private void RefuseOffer(OfferRefusal refusal, string reason)
    {
        refusal.Reason = ReasonText.Limit(reason);
        Control.RefuseOffer(refusal);
        if (Control.PendingAnswers > Options.Exchanges + Options.PendingAnswers)
        {
            TryEnd(PendingAnswersReached());
        }
    }

    private static void CheckName(string what, string name)
    {
        if (!HelloRules.IsName(name))
        {
            throw new ArgumentException($"The {what}'s name has {name.Length} characters; {HelloRules.NameRule}.");
        }
    }
}
