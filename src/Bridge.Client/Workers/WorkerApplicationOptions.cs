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
}
