using System.Collections.Concurrent;

namespace CallWorker;

/// <summary>What functions say of themselves, and what they wait for until somebody releases them. Safe for concurrent use.</summary>
/// <param name="say">Takes a line.</param>
internal sealed class Signals(Action<string> say)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);

    public void Say(string id, string what) => say($"{id} {what}");

    /// <summary>Ends when the id is released, also if that was before.</summary>
    public Task Released(string id) => Of(id).Task;

    public void Release(string id) => Of(id).TrySetResult();

    private TaskCompletionSource Of(string id) =>
        _gates.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
