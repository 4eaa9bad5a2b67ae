namespace Bridge.Protocol.Sessions;

/// <summary>The limits of a session that can be reached, by the names of docs/protocol.md.</summary>
internal enum SessionLimit
{
    /// <summary>No hello came in time.</summary>
    HelloTime,

    /// <summary>A payload or a batch was too large, or a batch had too many frames.</summary>
    PayloadBytes,

    /// <summary>An exchange was refused, or not opened, because as many were open as are taken.</summary>
    Exchanges,

    /// <summary>The peer sent more than the window of an exchange.</summary>
    WindowBytes,

    /// <summary>A head was too large.</summary>
    HeadBytes,

    /// <summary>An event was too large.</summary>
    EventBytes,

    /// <summary>The heads and events that were being joined were too large together.</summary>
    JoinedBytes,

    /// <summary>Too many refusals waited to be written.</summary>
    PendingAnswers,

    /// <summary>No sign of life came in time.</summary>
    KeepAliveTimeout,

    /// <summary>Exchanges still ran at the end of the drain time.</summary>
    DrainTime,

    /// <summary>The transport did not take the goodbye in time.</summary>
    CloseTime,

    /// <summary>The event of a reset was too large to go along.</summary>
    ResetEventBytes,
}
