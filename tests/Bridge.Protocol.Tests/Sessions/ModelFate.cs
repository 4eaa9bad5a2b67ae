namespace Bridge.Protocol.Tests.Sessions;

/// <summary>What becomes of a model exchange.</summary>
internal enum ModelFate
{
    Finished,
    Refused,
    ResetByOpener,
    ResetByAcceptor,

    /// <summary>Finished, but its acceptor takes nothing before all others are over.</summary>
    Stuck,
}
