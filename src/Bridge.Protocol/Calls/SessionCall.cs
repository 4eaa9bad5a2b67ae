using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Calls;

/// <summary>
/// One call with one answer over a session. It hears of the answer by a call back and not in an asynchronous method, because
/// of these calls there are the most.
/// </summary>
internal sealed class SessionCall(SessionCalls session, IOutgoingCall call, ICallDetour detour) : ReceiveCallback, ICallerWatch
{
    /// <summary>May come before there is an exchange: whoever opens it looks again.</summary>
    public void CallerLeft()
    {
        if (Exchange is { } exchange)
        {
            CallAnswers.Leave(exchange, call.HasTimePassed);
        }
    }

    /// <summary>The session does not take it, or ended it without an answer.</summary>
    public void End(in CallAttempt attempt)
    {
        if (attempt.MayGoElsewhere)
        {
            detour.NotTaken(session, call, attempt.Outcome);
        }
        else
        {
            call.End(attempt.Outcome);
        }
    }

    protected override void OnReceived(in Received received)
    {
        if (received.Kind == ReceivedKind.End)
        {
            End(CallAnswers.OfEnding(Exchange!, session.Session, call.Request));
        }
        else
        {
            call.End(CallAnswers.Read(Exchange!, call.Request, received.Data, takesItems: false, out _)!);
        }
    }
}
