namespace Bridge.Server.Workers;

/// <summary>What instances can run at: a session of a worker, or a call of <c>Serve</c>.</summary>
internal interface IWorkerPeer
{
    /// <summary>Its name in logs.</summary>
    string Name { get; }

    /// <summary>Places that are taken, of all applications. Under the lock of <see cref="WorkerContext"/>.</summary>
    int Running { get; set; }

    /// <summary>Places that there are, of all applications.</summary>
    int Capacity { get; }

    /// <summary>Whether it takes an instance now. Under the lock.</summary>
    bool IsFree { get; }

    /// <summary>How much of it is taken, 0 to 1. Under the lock.</summary>
    double Load { get; }

    /// <summary>Gives places to what waits for other applications of this peer. Under the lock.</summary>
    void DispatchOthers(WorkerApplication than);

    /// <summary>
    /// Runs an instance that has taken a place here, and sees to it that the place becomes free. Never throws for what the
    /// worker or its application does.
    /// </summary>
    Task<PlacedRun> RunAsync(OfferedApplication place, WorkerInstance instance);
}
