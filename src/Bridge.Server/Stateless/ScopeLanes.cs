using Bridge.Server.Metrics;

namespace Bridge.Server.Stateless;

/// <summary>The scope ids that a feed knows, in the order of their use. Guarded by the intake's lock.</summary>
internal sealed class ScopeLanes(int most, BridgeMetrics metrics)
{
    private readonly Dictionary<string, ScopeLane> _byId = new(StringComparer.Ordinal);

    /// <summary>The least recently used first.</summary>
    private readonly LinkedList<ScopeLane> _byUse = new();

    /// <summary>The lane of an id, as the most recently used one, with its newest scope.</summary>
    /// <returns>Null when the id is not known and no scope comes with it.</returns>
    public ScopeLane? Use(string id, FeedScope? newest)
    {
        if (_byId.TryGetValue(id, out var lane))
        {
            lane.Scope = newest ?? lane.Scope;
            _byUse.Remove(lane.Use);
        }
        else if (newest is null)
        {
            return null;
        }
        else
        {
            ForgetIfFull();
            _byId[id] = lane = new ScopeLane(newest);
        }

        _byUse.AddLast(lane.Use);
        return lane;
    }

    /// <summary>Instances leave in the same order, and are fewer: what is forgotten has none that takes events.</summary>
    private void ForgetIfFull()
    {
        if (_byId.Count < most)
        {
            return;
        }

        metrics.Reached(Limit.FeedKnownScopes);
        for (var node = _byUse.First; node is not null; node = node.Next)
        {
            if (node.Value.Waiting.Count == 0)
            {
                _byUse.Remove(node);
                _byId.Remove(node.Value.Scope.Id);
                return;
            }
        }
    }
}
