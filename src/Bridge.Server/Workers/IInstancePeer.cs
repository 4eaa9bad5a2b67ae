namespace Bridge.Server.Workers;

/// <summary>Where instances run.</summary>
internal interface IInstancePeer : IWorkerPeer
{
    /// <summary>
    /// Runs an instance that has taken a place here, and sees to it that the place becomes free. Never throws for what the
    /// worker or its application does.
    /// </summary>
    Task<PlacedRun> RunAsync(OfferedPlaces place, WorkerInstance instance);
}
