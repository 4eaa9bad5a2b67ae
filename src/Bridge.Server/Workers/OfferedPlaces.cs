using Bridge.Protocol.V1;

namespace Bridge.Server.Workers;

/// <summary>
/// One application or callable at one session of a worker, or call of <c>Serve</c>: its places. Everything under the lock of
/// <see cref="WorkerContext"/>.
/// </summary>
internal sealed class OfferedPlaces(PlacePool pool, IWorkerPeer worker) : IDisposable
{
    private ITimer? _pause;
    private bool _paused;

    public PlacePool Pool => pool;

    public IWorkerPeer Worker => worker;

    public OfferState State { get; private set; } = OfferState.Withdrawn;

    /// <summary>Instances or calls that the worker takes at once, by its offer.</summary>
    public int Places { get; set; }

    /// <summary>Places that are taken: until the worker has said that the application or function has returned.</summary>
    public int Running { get; private set; }

    public bool IsFree => !_paused && Running < Places && worker.IsFree;

    /// <summary>How much of the worker is taken, 0 to 1: of these places or of the whole session's.</summary>
    public double Load => Math.Max((double)Running / Places, worker.Load);

    /// <summary>Takes the worker's word on how far it is with it.</summary>
    public void Change(OfferState state)
    {
        var was = State;
        State = state;
        if (state == OfferState.Ready)
        {
            pool.AddReady(this);
        }
        else
        {
            pool.RemoveReady(this);
        }

        if (was == OfferState.Withdrawn && state != OfferState.Withdrawn)
        {
            pool.Offers++;
            pool.Owner.OnServed(pool);
        }
        else if (was != OfferState.Withdrawn && state == OfferState.Withdrawn)
        {
            pool.Offers--;
            pool.Owner.OnLeft(pool);
        }
    }

    public void Take()
    {
        Running++;
        worker.Running++;
    }

    /// <param name="pause">Set if the worker refused what had the place: it is left alone for a moment.</param>
    /// <returns>Whether others may have waited for this place of the session.</returns>
    public bool Free(WorkerContext? pause)
    {
        var wasFull = worker.Running == worker.Capacity;
        Running--;
        worker.Running--;
        _paused = pause is not null;
        if (pause is not null)
        {
            _pause ??= pause.Clock.CreateTimer(
                static offered => ((OfferedPlaces)offered!).Resume(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _pause.Change(pause.Options.RefusalPause, Timeout.InfiniteTimeSpan);
        }

        return wasFull;
    }

    public void Dispose() => _pause?.Dispose();

    private void Resume()
    {
        lock (pool.Context.Gate)
        {
            _paused = false;
            pool.Dispatch();
        }
    }
}
