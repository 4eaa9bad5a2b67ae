namespace Bridge.Protocol.Sessions;

/// <summary>Leaves the reader's routing when the session has to end; never leaves the session.</summary>
internal sealed class SessionBrokenException(SessionEnding ending) : Exception(ending.Reason)
{
    public SessionBrokenException(string brokenRule)
        : this(SessionEnding.ProtocolError(brokenRule))
    {
    }

    public SessionEnding Ending { get; } = ending;
}
