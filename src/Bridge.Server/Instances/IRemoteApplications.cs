namespace Bridge.Server.Instances;

/// <summary>Applications of other processes, for the stop of the bridge.</summary>
internal interface IRemoteApplications
{
    /// <summary>Lets nobody in any more and ends what runs, within the drain limit.</summary>
    /// <returns>Whether anything was running.</returns>
    Task<bool> DrainAsync();

    /// <summary>Lets no call of a callable in any more and ends those that are under way, within the same drain limit.</summary>
    /// <param name="instances">Ends when no instance is left that could make calls.</param>
    /// <returns>Whether anything was under way.</returns>
    Task<bool> DrainCallsAsync(Task instances);

    /// <summary>Says goodbye to their processes, when nothing runs any more. Within a bounded time.</summary>
    /// <returns>Whether there were any.</returns>
    Task<bool> CloseAsync();
}
