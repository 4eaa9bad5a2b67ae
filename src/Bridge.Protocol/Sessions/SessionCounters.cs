namespace Bridge.Protocol.Sessions;

/// <summary>
/// What sessions did, for metrics. Several sessions may share one: everything adds up. Safe for concurrent use.
/// </summary>
internal sealed class SessionCounters
{
    private readonly long[] _limits = new long[Enum.GetValues<SessionLimit>().Length];
    private readonly List<ExchangeTable> _tables = [];
    private long _framesIn;
    private long _framesOut;
    private long _bytesIn;
    private long _bytesOut;
    private long _batchesIn;
    private long _batchesOut;
    private long _lateFrames;
    private long _unknownFrames;
    private long _heldBytes;
    private long _joinedBytes;

    /// <summary>Frames read.</summary>
    public long FramesIn => Volatile.Read(ref _framesIn);

    /// <summary>Frames handed to the transport.</summary>
    public long FramesOut => Volatile.Read(ref _framesOut);

    /// <summary>Bytes of the frames read.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>Bytes of the frames handed to the transport.</summary>
    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Batches read.</summary>
    public long BatchesIn => Volatile.Read(ref _batchesIn);

    /// <summary>Batches handed to the transport.</summary>
    public long BatchesOut => Volatile.Read(ref _batchesOut);

    /// <summary>Frames that came for exchanges that were over, or broken off from here.</summary>
    public long LateFrames => Volatile.Read(ref _lateFrames);

    /// <summary>Frames of exchange 0 without a kind: from a newer peer.</summary>
    public long UnknownFrames => Volatile.Read(ref _unknownFrames);

    /// <summary>Exchanges that were opened here and are not over: now.</summary>
    public long OpenedHere => Sum(static table => table.OpenedHere);

    /// <summary>Exchanges that peers opened and that are not over: now.</summary>
    public long OpenedByPeer => Sum(static table => table.OpenedByPeer);

    /// <summary>Bytes that came and are not taken yet, with what a window charges for each payload: now.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Bytes of heads and events in more than one payload that are being joined or not taken yet: now.</summary>
    public long JoinedBytes => Volatile.Read(ref _joinedBytes);

    /// <summary>How often a limit was reached.</summary>
    public long Reached(SessionLimit limit) => Volatile.Read(ref _limits[(int)limit]);

    internal void CountReached(SessionLimit limit) => Interlocked.Increment(ref _limits[(int)limit]);

    internal void CountIn(int frames, long bytes)
    {
        Interlocked.Increment(ref _batchesIn);
        Interlocked.Add(ref _framesIn, frames);
        Interlocked.Add(ref _bytesIn, bytes);
    }

    internal void CountOut(int frames, long bytes)
    {
        Interlocked.Increment(ref _batchesOut);
        Interlocked.Add(ref _framesOut, frames);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    internal void CountLate() => Interlocked.Increment(ref _lateFrames);

    internal void CountUnknown() => Interlocked.Increment(ref _unknownFrames);

    /// <summary>Looks at the exchanges of a session that begins, instead of counting each twice as it comes and goes.</summary>
    internal void Add(ExchangeTable table)
    {
        lock (_tables)
        {
            _tables.Add(table);
        }
    }

    /// <summary>The session has ended, and all exchanges with it.</summary>
    internal void Remove(ExchangeTable table)
    {
        lock (_tables)
        {
            _tables.Remove(table);
        }
    }

    internal void AddHeld(long bytes) => Interlocked.Add(ref _heldBytes, bytes);

    internal void AddJoined(long bytes) => Interlocked.Add(ref _joinedBytes, bytes);

    private long Sum(Func<ExchangeTable, long> exchanges)
    {
        lock (_tables)
        {
            return _tables.Sum(exchanges);
        }
    }
}
