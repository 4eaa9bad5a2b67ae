namespace Bridge.Client.Workers;

/// <summary>How a worker runs one application. Immutable; change a copy with <c>with</c>.</summary>
public sealed record WorkerApplicationOptions
{
    /// <summary>Whether it is given the lifespan protocol, once in the worker's life. Default <see cref="WorkerLifespan.Auto"/>.</summary>
    public WorkerLifespan Lifespan { get; init; } = WorkerLifespan.Auto;

    /// <summary>
    /// Instances of it that run at once in this process, over all sessions; the next one is refused and may go to another
    /// worker. Default 10,000; at least 1.
    /// </summary>
    public int MaxInstances { get; init; } = 10_000;

    /// <summary>
    /// Whether <c>send</c> does nothing when the client has gone, for applications that were written for older servers (MOVE-07).
    /// Default false: it raises <see cref="Asgiref.Core.ClientDisconnectedException"/>, as the specification says.
    /// </summary>
    public bool IgnoreSendAfterDisconnect { get; init; }
}
