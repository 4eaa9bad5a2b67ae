namespace Bridge.Server.Workers;

/// <summary>
/// The applications, or callables, that no worker has at the moment, in the order in which they were left; each is forgotten
/// when its time is over. Under the lock of <see cref="WorkerContext"/>.
/// </summary>
internal sealed class LeftPools(WorkerContext context, Action<PlacePool> forget)
{
    private readonly LinkedList<(PlacePool Pool, ITimer Timer)> _left = [];
    private readonly Dictionary<PlacePool, LinkedListNode<(PlacePool Pool, ITimer Timer)>> _nodes = [];

    public PlacePool? Oldest => _left.First?.Value.Pool;

    public void Add(PlacePool pool)
    {
        var timer = context.Clock.CreateTimer(
            static state => ((Action)state!)(), () => OnTime(pool), context.Options.RememberTime, Timeout.InfiniteTimeSpan);
        _nodes[pool] = _left.AddLast((pool, timer));
    }

    public void Remove(PlacePool pool)
    {
        if (_nodes.Remove(pool, out var node))
        {
            node.Value.Timer.Dispose();
            _left.Remove(node);
        }
    }

    private void OnTime(PlacePool pool)
    {
        lock (context.Gate)
        {
            if (_nodes.ContainsKey(pool))
            {
                forget(pool);
            }
        }
    }
}
