namespace Bridge.Client.Workers;

/// <summary>The limits of calls that wait for a session.</summary>
internal enum CallWaitLimit
{
    /// <summary>No session came up in time.</summary>
    SessionWaitTime,

    /// <summary>Too many calls waited for one.</summary>
    WaitingCalls,
}
