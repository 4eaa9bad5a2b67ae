using Bridge.Protocol.V1;

namespace Bridge.Server.Workers;

/// <summary>One application at one session of a worker, or call of <c>Serve</c>: its places. Everything under the lock of <see cref="WorkerContext"/>.</summary>
internal sealed class OfferedApplication(WorkerApplication application, IWorkerPeer worker) : IDisposable
{
    private ITimer? _pause;
    private bool _paused;

    public WorkerApplication Application => application;

    public IWorkerPeer Worker => worker;

    public OfferState State { get; set; } = OfferState.Withdrawn;

    /// <summary>Instances that the worker takes at once, by its offer.</summary>
    public int Places { get; set; }

    /// <summary>Places that are taken: until the worker has said that the application has returned.</summary>
    public int Running { get; private set; }

    public bool IsFree => !_paused && Running < Places && worker.IsFree;

    /// <summary>How much of the worker is taken, 0 to 1: of this application's places or of the whole session's.</summary>
    public double Load => Math.Max((double)Running / Places, worker.Load);

    public void Take()
    {
        Running++;
        worker.Running++;
    }

    /// <param name="pause">Set if the worker refused what had the place: it is left alone for a moment.</param>
    /// <returns>Whether other applications of the session may have waited for this place.</returns>
    public bool Free(WorkerContext? pause)
    {
        var wasFull = worker.Running == worker.Capacity;
        Running--;
        worker.Running--;
        _paused = pause is not null;
        if (pause is not null)
        {
            _pause ??= pause.Clock.CreateTimer(
                static offered => ((OfferedApplication)offered!).Resume(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _pause.Change(pause.Options.RefusalPause, Timeout.InfiniteTimeSpan);
        }

        return wasFull;
    }

    public void Dispose() => _pause?.Dispose();

    private void Resume()
    {
        lock (application.Context.Gate)
        {
            _paused = false;
            application.Dispatch();
        }
    }
}
