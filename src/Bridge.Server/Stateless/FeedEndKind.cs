namespace Bridge.Server.Stateless;

/// <summary>Why a feed ends.</summary>
internal enum FeedEndKind
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Its connector is done with it, and hears the rest.</summary>
    HalfClosed,

    /// <summary>Its connector did not come back in time.</summary>
    Gone,

    /// <summary>A connector with a higher epoch begins it again.</summary>
    Replaced,

    /// <summary>The bridge stops.</summary>
    Stopping,
}
