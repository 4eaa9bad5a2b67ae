namespace Bridge.Client.Workers;

/// <summary>A change of a worker's state. Immutable.</summary>
/// <param name="previous">The state before.</param>
/// <param name="state">The state from now on.</param>
public sealed class WorkerStateChangedEventArgs(WorkerState previous, WorkerState state) : EventArgs
{
    /// <summary>The state before.</summary>
    public WorkerState Previous { get; } = previous;

    /// <summary>The state from now on; a later change may already be on its way.</summary>
    public WorkerState State { get; } = state;
}
