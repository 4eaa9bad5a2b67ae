namespace Asgiref.Core.Server;

/// <summary>The running totals of a server. Safe for concurrent use.</summary>
internal sealed class ServerCounters
{
    private long _started;
    private long _ended;
    private long _failed;
    private long _evicted;
    private long _idledOut;
    private long _abandoned;
    private long _droppedEvents;

    public void Started() => Interlocked.Increment(ref _started);

    public void Ended(bool failed)
    {
        Interlocked.Increment(ref _ended);
        if (failed)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    public void Left(DisconnectReason reason)
    {
        if (reason == DisconnectReason.Evicted)
        {
            Interlocked.Increment(ref _evicted);
        }
        else if (reason == DisconnectReason.Idle)
        {
            Interlocked.Increment(ref _idledOut);
        }
    }

    public void Abandoned() => Interlocked.Increment(ref _abandoned);

    public void DroppedEvent() => Interlocked.Increment(ref _droppedEvents);

    public StatelessServerStatistics Snapshot(int active, int leaving) => new()
    {
        Active = active,
        Leaving = leaving,
        Started = Interlocked.Read(ref _started),
        Ended = Interlocked.Read(ref _ended),
        Failed = Interlocked.Read(ref _failed),
        Evicted = Interlocked.Read(ref _evicted),
        IdledOut = Interlocked.Read(ref _idledOut),
        Abandoned = Interlocked.Read(ref _abandoned),
        DroppedEvents = Interlocked.Read(ref _droppedEvents),
    };
}
