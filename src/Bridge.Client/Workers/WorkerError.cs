namespace Bridge.Client.Workers;

/// <summary>Why a worker ended, or did not become ready, in a way that dialling again does not mend.</summary>
public enum WorkerError
{
    /// <summary>The bridge asks for a token and got none, or another one: see <see cref="BridgeWorkerOptions.Token"/>.</summary>
    Unauthenticated,

    /// <summary>The bridge, or what is in front of it, does not let this worker in.</summary>
    PermissionDenied,

    /// <summary>The bridge and this SDK have no revision of the session's rules in common.</summary>
    NoCommonRevision,

    /// <summary>An application failed in its lifespan startup, or took too long for it.</summary>
    StartupFailed,

    /// <summary>The bridge takes none of the applications that the worker offers.</summary>
    OffersRefused,

    /// <summary>It was stopped, replaced or recycled before it was ready. Only from <see cref="BridgeWorker.WaitUntilReadyAsync"/>.</summary>
    Ended,
}
