namespace Bridge.Client.Workers;

/// <summary>How a worker ended. Immutable.</summary>
/// <param name="Kind">The way it ended.</param>
/// <param name="Reason">A sentence for a log.</param>
public sealed record WorkerEnding(WorkerEndingKind Kind, string Reason);
