using System.Collections.Concurrent;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The calls of this process into others that have not ended: the frames that wait for what comes back. Safe for concurrent use.</summary>
internal sealed class CallTable
{
    private readonly ConcurrentDictionary<Guid, OutgoingCall> _calls = new();

    public int Count => _calls.Count;

    public static string TooDeep(string callable, int depth, CallableOptions options) =>
        $"'{callable}' would be call {depth} of its tree; {options.CallDepth} may be made from within one another ({nameof(CallableOptions.CallDepth)}).";

    public void Add(OutgoingCall call) => _calls[call.Step.Call] = call;

    public void Remove(OutgoingCall call) => _calls.TryRemove(call.Step.Call, out _);

    /// <summary>Whether the call is one of this process that has not ended.</summary>
    public bool Contains(CallStep step) => _calls.TryGetValue(step.Call, out var call) && call.Step == step;

    /// <summary>The flow of the nearest frame of this process that waits for a call of the path; null if there is none.</summary>
    public SyncFlow? FindFrame(IReadOnlyList<CallStep> path)
    {
        // Not asked first whether there are any: with none, that takes all locks of the table.
        for (var i = path.Count - 1; i >= 0; i--)
        {
            // The id alone finds the call; the peer says that it is really ours.
            if (_calls.TryGetValue(path[i].Call, out var call) && call.Step.Peer == path[i].Peer)
            {
                return call.Flow;
            }
        }

        return null;
    }

    /// <summary>The callable of a call that was made from within another one; null if there is none. For messages: it looks at all calls.</summary>
    public string? FindMadeBy(CallStep step)
    {
        foreach (var (_, call) in _calls)
        {
            if (call.Request is { } request && request.Path.Count > 1 && request.Path[^2] == step)
            {
                return request.Callable;
            }
        }

        return null;
    }
}
