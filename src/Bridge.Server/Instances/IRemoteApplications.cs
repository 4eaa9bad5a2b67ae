namespace Bridge.Server.Instances;

/// <summary>Applications of other processes, for the stop of the bridge.</summary>
internal interface IRemoteApplications
{
    /// <summary>Lets nobody in any more and ends what runs, within the drain limit.</summary>
    /// <returns>Whether anything was running.</returns>
    Task<bool> DrainAsync();

    /// <summary>Says goodbye to their processes, when nothing runs any more. Within a bounded time.</summary>
    /// <returns>Whether there were any.</returns>
    Task<bool> CloseAsync();
}
