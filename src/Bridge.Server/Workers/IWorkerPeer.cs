namespace Bridge.Server.Workers;

/// <summary>Where instances or calls run: a session of a worker, or a call of <c>Serve</c>.</summary>
internal interface IWorkerPeer
{
    /// <summary>Its name in logs.</summary>
    string Name { get; }

    /// <summary>The worker's process; null where nothing is asked to come back to the same one.</summary>
    Guid? Process { get; }

    /// <summary>Places that are taken, of everything that it offers. Under the lock of <see cref="WorkerContext"/>.</summary>
    int Running { get; set; }

    /// <summary>Places that there are, for everything that it offers.</summary>
    int Capacity { get; }

    /// <summary>Whether it takes something now. Under the lock.</summary>
    bool IsFree { get; }

    /// <summary>How much of it is taken, 0 to 1. Under the lock.</summary>
    double Load { get; }

    /// <summary>Gives places to what waits for something else of this peer. Under the lock.</summary>
    void DispatchOthers(PlacePool than);
}
