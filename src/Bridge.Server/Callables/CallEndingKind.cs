namespace Bridge.Server.Callables;

/// <summary>The ways in which a call ends; <c>/metrics</c> counts them by these names in snake case.</summary>
internal enum CallEndingKind
{
    /// <summary>The function returned.</summary>
    Returned,

    /// <summary>The function did not return: an error.</summary>
    Failed,

    /// <summary>No code ran.</summary>
    Refused,

    /// <summary>The process that ran it was lost, or broke it off.</summary>
    Lost,

    /// <summary>The caller left.</summary>
    Cancelled,

    /// <summary>Its time passed, and its process did not say so.</summary>
    TimedOut,
}
