namespace Bridge.Protocol.Sessions;

/// <summary>What ended an exchange.</summary>
internal enum ExchangeEndingKind
{
    /// <summary>The acceptor's <c>ended</c>, sent or received: the application has returned.</summary>
    Ended,

    /// <summary>The acceptor's <c>refused</c>, sent or received: no application code ran.</summary>
    Refused,

    /// <summary>Its <c>open</c> was never handed to the transport.</summary>
    NotSent,

    /// <summary>A <c>reset</c>, sent or received.</summary>
    Reset,

    /// <summary>The session ended under it.</summary>
    Lost,
}
