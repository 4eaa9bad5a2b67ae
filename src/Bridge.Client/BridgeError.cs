namespace Bridge.Client;

/// <summary>What went wrong; <see cref="BridgeException"/> tells the stage and the side that follow from it.</summary>
public enum BridgeError
{
    /// <summary>Connect, link: no connection came up, or what answered is no bridge.</summary>
    ConnectFailed,

    /// <summary>Start, driver: the bridge hosts no application of that name.</summary>
    ApplicationNotFound,

    /// <summary>Start, bridge: no place was free or the bridge is stopping. No application code ran: trying again is safe.</summary>
    Refused,

    /// <summary>Run, driver: the bridge refused a scope or event that this process sent.</summary>
    DriverInvalid,

    /// <summary>Run, application: it raised.</summary>
    ApplicationFailed,

    /// <summary>Run, application: it returned and left an HTTP response incomplete.</summary>
    ResponseIncomplete,

    /// <summary>Run, bridge: the process that ran the application is lost, or the bridge stopped before it was done.</summary>
    InstanceLost,

    /// <summary>Run, link: the connection broke. How far the application came is unknown.</summary>
    LinkLost,

    /// <summary>Run, bridge: a limit was reached, such as the largest message; the message names it.</summary>
    LimitReached,

    /// <summary>Run, bridge: the run's own time limit or one of the bridge's is over.</summary>
    DeadlineExceeded,

    /// <summary>Run, bridge: an error of its own ended the call without a word on the application; its log tells.</summary>
    BridgeFailed,

    /// <summary>Run, bridge: what it sent breaks the contract.</summary>
    BridgeInvalid,
}
