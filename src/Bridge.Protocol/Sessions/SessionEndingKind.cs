namespace Bridge.Protocol.Sessions;

/// <summary>Why a session ended.</summary>
internal enum SessionEndingKind
{
    /// <summary>One of the peers said goodbye because it was done, was replaced, or failed.</summary>
    Goodbye,

    /// <summary>A peer broke a rule.</summary>
    ProtocolError,

    /// <summary>The peers have no revision in common.</summary>
    NoCommonRevision,

    /// <summary>A peer reached a limit of the session.</summary>
    Limit,

    /// <summary>No hello came in time.</summary>
    NoHello,

    /// <summary>Nothing came from a peer for too long.</summary>
    Unresponsive,

    /// <summary>The stream ended or failed without a goodbye.</summary>
    StreamLost,

    /// <summary>The token of <see cref="Session.RunAsync"/> fired.</summary>
    Cancelled,

    /// <summary>The program behind the session failed.</summary>
    Failed,
}
