namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>The signals of one flow: which node is parked, and which may go on.</summary>
/// <param name="nodes">How many nodes there are.</param>
internal sealed class Signals(int nodes)
{
    private readonly TaskCompletionSource?[] _parked = new TaskCompletionSource?[nodes];
    private readonly TaskCompletionSource?[] _released = new TaskCompletionSource?[nodes];

    /// <summary>Ends when the node is parked, or will never be.</summary>
    public TaskCompletionSource Parked(int node) => Of(ref _parked[node]);

    /// <summary>Ends when the node may go on.</summary>
    public TaskCompletionSource Released(int node) => Of(ref _released[node]);

    private static TaskCompletionSource Of(ref TaskCompletionSource? signal) =>
        LazyInitializer.EnsureInitialized(ref signal, static () => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
