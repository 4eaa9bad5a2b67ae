namespace Asgiref.Core.Callables.Transport;

/// <summary>The kinds of failure of a call. The first ones are told by the callee, the others by what lies between.</summary>
internal enum CallFailureKind
{
    /// <summary>The function raised it.</summary>
    Raised,

    /// <summary>The function was cancelled, by its caller or by itself.</summary>
    Cancelled,

    /// <summary>Its time passed; the message names the executor that it waited for, and the holder.</summary>
    TimedOut,

    /// <summary>It needs a thread that one of its own ancestors holds without pumping.</summary>
    Deadlock,

    /// <summary>The argument, or the result, cannot be read or written.</summary>
    BadArgument,

    /// <summary>Refused, no code ran: there is no such callable.</summary>
    NotFound,

    /// <summary>Refused, no code ran: no place, or a limit.</summary>
    Overloaded,

    /// <summary>Refused, no code ran: its process stops.</summary>
    Draining,

    /// <summary>Refused, no code ran: beyond the call-depth limit.</summary>
    TooDeep,

    /// <summary>Refused, no code ran: the peer does not take it for another reason.</summary>
    Refused,

    /// <summary>The session or process that ran it was lost; nobody knows how far it came.</summary>
    Lost,
}
