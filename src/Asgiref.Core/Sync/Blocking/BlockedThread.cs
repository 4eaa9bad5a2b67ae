namespace Asgiref.Core.Sync.Blocking;

/// <summary>
/// The wait of the one thread that takes what others add under a lock. They wake it only if it really blocks, because
/// waking costs something even if nobody waits.
/// </summary>
internal struct BlockedThread
{
    private bool _isBlocked;

    /// <summary>
    /// Whether the thread blocks, or is about to. Without the lock this is exact only for a caller that has changed what
    /// the thread waits for, with a full fence behind it.
    /// </summary>
    public readonly bool IsBlocked => Volatile.Read(in _isBlocked);

    /// <summary>Says that the thread is about to block, under the lock; what it waits for must be looked at once more.</summary>
    public void Announce()
    {
        Volatile.Write(ref _isBlocked, true);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Leaves the lock, blocks until woken and takes the lock again.</summary>
    public void Wait(object gate)
    {
        _isBlocked = true;
        Monitor.Wait(gate);
        _isBlocked = false;
    }

    /// <summary>Wakes the thread; to be called under the lock.</summary>
    public readonly void Wake(object gate)
    {
        if (_isBlocked)
        {
            Monitor.Pulse(gate);
        }
    }
}
