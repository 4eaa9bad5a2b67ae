using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>The one place of a call of <c>Serve</c>, as the workers' directory sees it. Safe for concurrent use.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The offered places have a timer only where workers refuse, and none does here.")]
internal abstract class StreamPlace(string name, WorkerContext context) : IWorkerPeer
{
    private OfferedPlaces? _offered;
    private bool _open;
    private bool _ready;

    public string Name => name;

    protected WorkerContext Context => context;

    public Guid? Process => null;

    public int Running { get; set; }

    public int Capacity => 1;

    public bool IsFree => _open && _ready && Running == 0;

    public double Load => Running;

    /// <summary>Whether nothing has the place.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (context.Gate)
            {
                return Running == 0;
            }
        }
    }

    public void DispatchOthers(PlacePool than)
    {
        // It has one application, or callable.
    }

    /// <summary>What is served has started: from now on it takes something whenever it is ready.</summary>
    public void Open()
    {
        lock (context.Gate)
        {
            _open = true;
            Dispatch();
        }
    }

    /// <summary>The worker takes one instance or call.</summary>
    /// <returns>False: it has said so before, and nothing has finished since.</returns>
    public bool TryReady()
    {
        lock (context.Gate)
        {
            if (_ready)
            {
                return false;
            }

            _ready = true;
            Dispatch();
            return true;
        }
    }

    /// <summary>What had the place is over.</summary>
    /// <param name="wasStarted">Whether the worker had it; else it is ready as before.</param>
    public void Release(bool wasStarted)
    {
        lock (context.Gate)
        {
            _ready &= !wasStarted;
            _offered!.Pool.Free(_offered, wasRefused: false);
        }
    }

    /// <summary>It takes nothing more.</summary>
    public void Withdraw()
    {
        lock (context.Gate)
        {
            if (_offered is { State: not OfferState.Withdrawn } offered)
            {
                offered.Change(OfferState.Withdrawn);
            }
        }
    }

    /// <summary>Makes it known what it serves; it takes nothing yet. Under the lock.</summary>
    protected void Enter(PlacePool pool)
    {
        _offered = new OfferedPlaces(pool, this) { Places = 1 };
        _offered.Change(OfferState.Added);
    }

    private void Dispatch()
    {
        if (_open && _ready && _offered!.State != OfferState.Withdrawn)
        {
            _offered.Change(OfferState.Ready);
        }
    }
}
