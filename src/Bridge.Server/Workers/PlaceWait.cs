using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>One wait for a place: ends when one is given, when its time is over, or when its driver leaves.</summary>
internal sealed class PlaceWait : IDisposable
{
    private readonly WorkerApplication _application;
    private readonly TaskCompletionSource<WaitOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _left;
    private ITimer? _limit;

    public PlaceWait(WorkerApplication application)
    {
        _application = application;
        Node = new LinkedListNode<PlaceWait>(this);
    }

    public LinkedListNode<PlaceWait> Node { get; }

    /// <summary>What it got, when it was given one.</summary>
    public OfferedApplication? Place { get; private set; }

    /// <summary>Waits; called once, when it stands in the line.</summary>
    public Task<WaitOutcome> RunAsync(IDriver driver, TimeSpan atMost)
    {
        _left = driver.Disconnected.UnsafeRegister(static wait => ((PlaceWait)wait!).GiveUp(WaitOutcome.Left), this);
        _limit = _application.Context.Clock.CreateTimer(
            static wait => ((PlaceWait)wait!).GiveUp(WaitOutcome.TooLong), this, atMost, Timeout.InfiniteTimeSpan);
        return _ended.Task;
    }

    /// <summary>Ends the wait of one that has been taken out of the line.</summary>
    public void End(WaitOutcome outcome, OfferedApplication? place = null)
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
        if (_application.TryLeaveLine(this))
        {
            if (outcome == WaitOutcome.TooLong)
            {
                _application.Context.BridgeMetrics.Reached(Limit.WorkerQueueTime);
            }

            End(outcome);
        }
    }
}
