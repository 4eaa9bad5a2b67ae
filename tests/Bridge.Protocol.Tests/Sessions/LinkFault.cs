namespace Bridge.Protocol.Tests.Sessions;

/// <summary>What happens to a <see cref="RandomLink"/>.</summary>
internal enum LinkFault
{
    None,

    /// <summary>Every read and write of both ends fails.</summary>
    Cut,

    /// <summary>Nothing comes from the client any more, and nobody is told.</summary>
    StallUp,

    /// <summary>Nothing comes either way.</summary>
    StallBoth,
}
