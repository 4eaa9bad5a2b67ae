using System.Collections.Concurrent;

namespace FaultWorker;

/// <summary>What requests wait for until a command releases them. Safe for concurrent use.</summary>
internal sealed class Gates
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);

    public TaskCompletionSource Of(string id) =>
        _gates.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
