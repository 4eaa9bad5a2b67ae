namespace Bridge.Server.Workers;

/// <summary>
/// The applications that no worker has at the moment, in the order in which they were left; each is forgotten when its
/// time is over. Under the lock of <see cref="WorkerContext"/>.
/// </summary>
internal sealed class LeftApplications(WorkerContext context, Action<WorkerApplication> forget)
{
    private readonly LinkedList<(WorkerApplication Application, ITimer Timer)> _left = [];
    private readonly Dictionary<WorkerApplication, LinkedListNode<(WorkerApplication Application, ITimer Timer)>> _nodes = [];

    public WorkerApplication? Oldest => _left.First?.Value.Application;

    public void Add(WorkerApplication application)
    {
        var timer = context.Clock.CreateTimer(
            static state => ((Action)state!)(), () => OnTime(application), context.Options.RememberTime, Timeout.InfiniteTimeSpan);
        _nodes[application] = _left.AddLast((application, timer));
    }

    public void Remove(WorkerApplication application)
    {
        if (_nodes.Remove(application, out var node))
        {
            node.Value.Timer.Dispose();
            _left.Remove(node);
        }
    }

    private void OnTime(WorkerApplication application)
    {
        lock (context.Gate)
        {
            if (_nodes.ContainsKey(application))
            {
                forget(application);
            }
        }
    }
}
