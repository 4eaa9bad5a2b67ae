namespace Asgiref.Core.Hosting;

/// <summary>What lies behind an ending, where a peer is told more than the kind says.</summary>
internal enum EndingCause
{
    /// <summary>Nothing more to say.</summary>
    None,

    /// <summary>Refused: every place is taken, or the wait for one was too long.</summary>
    Overloaded,

    /// <summary>Refused or lost: the host stops.</summary>
    Draining,

    /// <summary>Refused: whoever should run the application does not have it.</summary>
    NotFound,

    /// <summary>Refused: the scope is larger than the application's process takes.</summary>
    ScopeTooLarge,

    /// <summary>Refused: the scope cannot be read or breaks a rule.</summary>
    InvalidScope,

    /// <summary>Lost: an event was larger than the application's process takes.</summary>
    EventTooLarge,
}
