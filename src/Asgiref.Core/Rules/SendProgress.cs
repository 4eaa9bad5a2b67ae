namespace Asgiref.Core.Rules;

/// <summary>How far the sending side of a conversation has come; what an early end of the application means follows from it (GAP-10).</summary>
public enum SendProgress
{
    /// <summary>Nothing has been sent that the peer can see: a server can still answer in its own words.</summary>
    NotStarted,

    /// <summary>Begun and not complete: an end now is a cut response or a lost socket.</summary>
    Started,

    /// <summary>Complete: later events are ignored. <see cref="SendRules.FindOmission"/> tells whether it fell short.</summary>
    Complete,
}
