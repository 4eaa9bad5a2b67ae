namespace Bridge.Protocol.Sessions;

/// <summary>
/// Hears what changes an exchange while nobody may be waiting in it. Calls come from the session's own loops and hold
/// them up: they must be quick and must not throw (the session ends as failed if one does).
/// </summary>
internal interface IExchangeObserver
{
    /// <summary>
    /// At the opener, once: the acceptor runs application code, or is about to. Of a call only if the acceptor says so before its
    /// first event, which is told by the receive.
    /// </summary>
    void Accepted(Exchange exchange);

    /// <summary>
    /// The exchange was broken off by the peer, by a rule that one of them broke, or with its session;
    /// its ending says why. Once at most; not called for a reset or an end from this side.
    /// </summary>
    void Broken(Exchange exchange);
}
