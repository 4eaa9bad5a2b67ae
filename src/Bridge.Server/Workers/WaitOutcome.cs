namespace Bridge.Server.Workers;

/// <summary>How the wait for a place ended.</summary>
internal enum WaitOutcome
{
    /// <summary>It has a place, or stands in the line.</summary>
    Given,

    /// <summary>As many wait as may.</summary>
    LineIsFull,

    /// <summary>It has waited as long as it may.</summary>
    TooLong,

    /// <summary>Its driver has left.</summary>
    Left,

    /// <summary>The bridge stops.</summary>
    Closed,

    /// <summary>The process whose place it must be takes no more.</summary>
    Gone,

    /// <summary>The application has been forgotten: no worker has come back.</summary>
    Forgotten,
}
