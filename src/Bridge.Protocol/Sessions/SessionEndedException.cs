namespace Bridge.Protocol.Sessions;

/// <summary>Raised by a wait for a session that has ended.</summary>
internal sealed class SessionEndedException(string session, SessionEnding ending)
    : Exception($"The session {session} has ended: {ending.Reason}", ending.Exception)
{
    /// <summary>How it ended.</summary>
    public SessionEnding Ending { get; } = ending;
}
