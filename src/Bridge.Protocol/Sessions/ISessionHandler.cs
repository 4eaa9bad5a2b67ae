using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// What the program behind a session answers its peer. All calls but <see cref="Accept"/> come from the session's own
/// loops and hold them up: they must be quick and must not throw (the session ends as failed if one does).
/// </summary>
internal interface ISessionHandler
{
    /// <summary>
    /// The peer has opened an exchange, an instance or a call as its target says, and its head is complete. Runs on the thread pool. Ends with
    /// <see cref="Exchange.Accept"/> or <see cref="Exchange.Refuse"/>, now or later; whoever accepts calls
    /// <see cref="Exchange.End"/> once. If it throws, the exchange ends as failed.
    /// </summary>
    void Accept(Exchange exchange);

    /// <summary>
    /// An exchange that was opened here is over: its place is free, <see cref="Exchange.Ending"/> says how it ended.
    /// Called once for each that <see cref="Session.Open"/> gave out, from any thread.
    /// </summary>
    void Over(Exchange exchange);

    /// <summary>The peer told what it serves. In the order of its offers.</summary>
    void Offered(Offer offer);

    /// <summary>The peer did not take an offer.</summary>
    void OfferRefused(OfferRefusal refusal);

    /// <summary>A thread-sensitive context of the peer, or of one behind it, has ended: no call of it comes any more.</summary>
    void ThreadContextEnded(Guid context);

    /// <summary>The peer takes no new exchange from now on, except calls that something needs which it has opened.</summary>
    void PeerDrains(string reason);
}
