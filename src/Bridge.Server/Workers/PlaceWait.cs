using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>One wait for a place: ends when one is given, when its time is over, or when whoever waits leaves.</summary>
internal sealed class PlaceWait : IDisposable
{
    private readonly PlacePool _pool;
    private readonly TaskCompletionSource<WaitOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _left;
    private ITimer? _limit;

    public PlaceWait(PlacePool pool, Guid? process)
    {
        _pool = pool;
        Process = process;
        Node = new LinkedListNode<PlaceWait>(this);
    }

    public LinkedListNode<PlaceWait> Node { get; }

    /// <summary>The process whose place it must be; null for any.</summary>
    public Guid? Process { get; }

    /// <summary>What it got, when it was given one.</summary>
    public OfferedPlaces? Place { get; private set; }

    /// <summary>Waits; called once, when it stands in the line.</summary>
    public Task<WaitOutcome> RunAsync(TimeSpan atMost, CancellationToken left)
    {
        _left = left.UnsafeRegister(static wait => ((PlaceWait)wait!).GiveUp(WaitOutcome.Left), this);
        _limit = _pool.Context.Clock.CreateTimer(
            static wait => ((PlaceWait)wait!).GiveUp(WaitOutcome.TooLong), this, atMost, Timeout.InfiniteTimeSpan);
        return _ended.Task;
    }

    /// <summary>Ends the wait of one that has been taken out of the line.</summary>
    public void End(WaitOutcome outcome, OfferedPlaces? place = null)
    {
        Place = place;
        _ended.SetResult(outcome);
    }

    public void Dispose()
    {
        _left.Dispose();
        _limit?.Dispose();
    }

    private void GiveUp(WaitOutcome outcome)
    {
        if (_pool.TryLeaveLine(this))
        {
            if (outcome == WaitOutcome.TooLong)
            {
                _pool.Context.BridgeMetrics.Reached(Limit.WorkerQueueTime);
            }

            End(outcome);
        }
    }
}
