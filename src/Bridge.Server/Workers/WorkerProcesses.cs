using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>
/// Which process of a worker is the newest. A process that another one has replaced stays replaced, whenever it dials in
/// again: else two live processes of one name would displace each other in turn. Under the lock of <see cref="WorkerContext"/>.
/// </summary>
internal sealed class WorkerProcesses(WorkerContext context)
{
    private readonly BoundedMap<string, Guid> _newest = new(context.Options.RememberedProcesses);
    private readonly BoundedMap<(string Worker, Guid Process), bool> _replaced = new(context.Options.RememberedProcesses);
    private readonly Dictionary<string, List<WorkerConnection>> _connected = new(StringComparer.Ordinal);

    /// <summary>How many sessions workers have.</summary>
    public int Connections { get; private set; }

    public IEnumerable<WorkerConnection> All => _connected.Values.SelectMany(connections => connections);

    /// <summary>Lets a session in, unless a newer process has taken its place before.</summary>
    /// <param name="newcomer">The session.</param>
    /// <param name="older">The sessions whose place it takes: one of the same process and slot, and all of older processes.</param>
    public bool TryEnter(WorkerConnection newcomer, out List<WorkerConnection> older)
    {
        older = [];
        if (_replaced.TryGet((newcomer.Name, newcomer.Process), out _))
        {
            return false;
        }

        var connections = _connected.TryGetValue(newcomer.Name, out var known) ? known : _connected[newcomer.Name] = [];
        older.AddRange(connections.Where(other => !other.IsReplaced && (other.Process != newcomer.Process || other.Slot == newcomer.Slot)));
        if (_newest.TryGet(newcomer.Name, out var newest) && newest != newcomer.Process)
        {
            Replace(newcomer.Name, newest);
        }

        foreach (var other in older)
        {
            other.IsReplaced = true;
            if (other.Process != newcomer.Process)
            {
                Replace(newcomer.Name, other.Process);
            }
        }

        Count(_newest.Set(newcomer.Name, newcomer.Process));
        connections.Add(newcomer);
        Connections++;
        return true;
    }

    public void Leave(WorkerConnection connection)
    {
        if (_connected.TryGetValue(connection.Name, out var connections) && connections.Remove(connection))
        {
            Connections--;
            if (connections.Count == 0)
            {
                _connected.Remove(connection.Name);
            }
        }
    }

    private void Replace(string worker, Guid process) => Count(_replaced.Set((worker, process), true));

    private void Count(bool forgotten)
    {
        if (forgotten)
        {
            context.BridgeMetrics.Reached(Limit.RememberedProcesses);
        }
    }
}
