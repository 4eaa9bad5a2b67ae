namespace Bridge.Protocol.Sessions;

/// <summary>What <see cref="Session.Open"/> did. In every case but <see cref="Opened"/> nothing was sent.</summary>
internal enum OpenStatus
{
    /// <summary>The exchange is on its way.</summary>
    Opened,

    /// <summary>The peer's hello has not come yet.</summary>
    NotEstablished,

    /// <summary>As many exchanges are open as the peer takes.</summary>
    Full,

    /// <summary>The peer drains, and nothing that it has opened needs the call.</summary>
    Draining,

    /// <summary>The head is larger than the peer takes.</summary>
    HeadTooLarge,

    /// <summary>The path of the call is longer than a frame takes.</summary>
    TooDeep,

    /// <summary>The session has ended.</summary>
    Ended,
}
