namespace Bridge.Server.Workers;

/// <summary>The instances of one application that wait for a place, first come first served. Under the lock of <see cref="WorkerContext"/>.</summary>
internal sealed class WaitingLine
{
    private readonly LinkedList<PlaceWait> _waits = [];

    public int Count => _waits.Count;

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
    }

    /// <returns>False: it does not wait any more.</returns>
    public bool Remove(PlaceWait wait)
    {
        if (wait.Node.List is null)
        {
            return false;
        }

        _waits.Remove(wait.Node);
        return true;
    }
}
