using Asgiref.Core.Callables.Transport;

namespace Bridge.Protocol.Calls;

/// <summary>Takes the calls that a session has not taken, and that never ran. Safe for concurrent use.</summary>
internal interface ICallDetour
{
    /// <summary>The session does not take the call: it may be sent elsewhere. May come from the thread that reads the session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="call">The call, which has not ended.</param>
    /// <param name="outcome">Its end, if nobody else takes it.</param>
    void NotTaken(SessionCalls session, IOutgoingCall call, CallOutcome outcome);
}
