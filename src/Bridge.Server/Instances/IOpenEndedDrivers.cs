namespace Bridge.Server.Instances;

/// <summary>Drivers of conversations that have no end of their own, for the stop of the bridge.</summary>
internal interface IOpenEndedDrivers
{
    /// <summary>Lets nobody in any more, tells what runs to end, and waits until its peers have heard the rest. Within a bounded time.</summary>
    /// <returns>Whether there were any.</returns>
    Task<bool> StopAsync();
}
