namespace Bridge.Client.Workers;

/// <summary>What a worker is doing.</summary>
public enum WorkerState
{
    /// <summary>It has not been started.</summary>
    Created,

    /// <summary>Its applications are starting up (lifespan startup); it connects meanwhile.</summary>
    Starting,

    /// <summary>Its applications are up, but no bridge can send it instances: it dials, or the bridge it had is draining.</summary>
    Connecting,

    /// <summary>Its applications are up, and a bridge has taken note of it on at least one session.</summary>
    Ready,

    /// <summary>It takes no new instances and finishes what runs.</summary>
    Draining,

    /// <summary>It has ended: it was stopped, replaced or recycled, as <see cref="BridgeWorker.Completion"/> tells.</summary>
    Stopped,

    /// <summary>It has ended by an error, which <see cref="BridgeWorker.Completion"/> holds.</summary>
    Failed,
}
