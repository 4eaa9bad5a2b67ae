namespace Bridge.Server.Stateless;

/// <summary>
/// Measures how long a connector acknowledges nothing although its outbox is full. Safe for concurrent use; its lock is the
/// innermost one.
/// </summary>
/// <param name="limit">How long it may.</param>
/// <param name="clock">The clock.</param>
/// <param name="elapsed">Called, without the lock, when it has.</param>
internal sealed class AcknowledgeWatch(TimeSpan limit, TimeProvider clock, Action elapsed)
{
    private readonly Lock _gate = new();
    private ITimer? _timer;

    /// <summary>The outbox is full.</summary>
    public void Filled()
    {
        lock (_gate)
        {
            if (_timer is null)
            {
                Arm();
            }
        }
    }

    /// <summary>Something was acknowledged, or somebody new is there to do it.</summary>
    public void Progressed(bool isFull)
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
            if (isFull)
            {
                Arm();
            }
        }
    }

    private void Arm()
    {
        // Whoever fills the outbox is an application: its context is not the feed's.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = clock.CreateTimer(static state => ((Action)state!)(), elapsed, limit, Timeout.InfiniteTimeSpan);
        }
    }
}
