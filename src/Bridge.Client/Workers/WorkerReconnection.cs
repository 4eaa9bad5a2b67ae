namespace Bridge.Client.Workers;

/// <summary>
/// How long a worker waits before it dials again: a random time between zero and a ceiling that doubles with every
/// attempt, so that the workers of a bridge that comes back do not all dial at once. Immutable; change a copy with <c>with</c>.
/// </summary>
public sealed record WorkerReconnection
{
    /// <summary>The ceiling of the first wait. Default 100 ms; above zero and at most <see cref="LongestDelay"/>.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The highest ceiling. Default 10 s; at most a day.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a session must have lasted for the next wait to begin again at <see cref="FirstDelay"/>. Default 10 s; above
    /// zero and at most a day.
    /// </summary>
    public TimeSpan SettledTime { get; init; } = TimeSpan.FromSeconds(10);
}
