namespace Bridge.Server.Workers;

/// <summary>What waits for a place of one pool, first come first served. Under the lock of <see cref="WorkerContext"/>.</summary>
internal sealed class WaitingLine
{
    private readonly LinkedList<PlaceWait> _waits = [];
    private int _unbound;

    public int Count => _waits.Count;

    /// <summary>Whether anything waits that would take a place of any process.</summary>
    public bool HasUnbound => _unbound > 0;

    public PlaceWait? First => _waits.First?.Value;

    /// <param name="wait">Who comes.</param>
    /// <param name="ahead">Whether it goes before everybody: it has had its turn, and was refused.</param>
    public void Add(PlaceWait wait, bool ahead)
    {
        if (ahead)
        {
            _waits.AddFirst(wait.Node);
        }
        else
        {
            _waits.AddLast(wait.Node);
        }

        _unbound += wait.Process is null ? 1 : 0;
    }

    /// <returns>False: it does not wait any more.</returns>
    public bool Remove(PlaceWait wait)
    {
        if (wait.Node.List is null)
        {
            return false;
        }

        _waits.Remove(wait.Node);
        _unbound -= wait.Process is null ? 1 : 0;
        return true;
    }

    /// <summary>Those that wait for a place of one process.</summary>
    public PlaceWait[] Of(Guid process) => [.. _waits.Where(wait => wait.Process == process)];
}
