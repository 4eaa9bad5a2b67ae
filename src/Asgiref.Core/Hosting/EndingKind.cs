namespace Asgiref.Core.Hosting;

/// <summary>The ways an instance ends; each instance ends in exactly one of them.</summary>
internal enum EndingKind
{
    /// <summary>The application returned.</summary>
    Finished,

    /// <summary>The application raised.</summary>
    Failed,

    /// <summary>The driver left first, whatever the application did after its disconnect event.</summary>
    Disconnected,

    /// <summary>The process or session that ran the application died.</summary>
    Lost,

    /// <summary>No application code ran: overload or draining.</summary>
    Refused,

    /// <summary>A limit of the host ended it, such as the time to the start of the response.</summary>
    TimedOut,
}
