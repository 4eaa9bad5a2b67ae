namespace Bridge.Client.Workers;

/// <summary>
/// When a worker has served enough: it drains, and ends as <see cref="WorkerEndingKind.Recycled"/>, so that its supervisor
/// starts a new process. Against applications that leak. Immutable; change a copy with <c>with</c>.
/// </summary>
public sealed record WorkerRecycling
{
    /// <summary>Instances, of all applications, after which the worker drains. Null, the default: no limit; else at least 1.</summary>
    public long? MaxInstances { get; init; }

    /// <summary>Time from the end of its applications' startup after which the worker drains. Null, the default: no limit; else above zero and at most 20 days.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>
    /// By how much of itself each limit is raised at most, at random, so that workers which were started together do not end
    /// together. Default 0.1; 0 to 1.
    /// </summary>
    public double Jitter { get; init; } = 0.1;
}
