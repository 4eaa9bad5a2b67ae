namespace Bridge.Protocol.Sessions;

/// <summary>
/// Bounds what is joined, or is joined and not taken yet, on one session. Safe for concurrent use.
/// </summary>
internal sealed class JoinedBudget(long limit, SessionCounters counters)
{
    private long _used;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) > limit)
        {
            Interlocked.Add(ref _used, -bytes);
            return false;
        }

        counters.AddJoined(bytes);
        return true;
    }

    public void Release(int bytes)
    {
        if (bytes > 0)
        {
            Interlocked.Add(ref _used, -bytes);
            counters.AddJoined(-bytes);
        }
    }
}
