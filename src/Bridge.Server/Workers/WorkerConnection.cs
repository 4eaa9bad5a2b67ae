using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;

namespace Bridge.Server.Workers;

/// <summary>A session of a worker: what it serves and how much of it is taken. Safe for concurrent use.</summary>
internal sealed partial class WorkerConnection(
    Session session, Worker worker, WorkerDirectory directory, CallableDirectory callables, WorkerContext context) : IInstancePeer
{
    private readonly Dictionary<PlacePool, OfferedPlaces> _offered = [];

    public Session Session => session;

    /// <summary>The worker's, shared by its processes and their sessions.</summary>
    public string Name => worker.Name;

    string IWorkerPeer.Name => session.Name;

    public Guid Process { get; } = WireId.FromBytes(worker.ProcessId);

    Guid? IWorkerPeer.Process => Process;

    public uint Slot => worker.Slot;

    /// <summary>Places that are taken, of everything that it offers. Under the lock.</summary>
    public int Running { get; set; }

    public int Capacity { get; } = session.Peer!.Exchanges;

    /// <summary>Whether a newer process, or a newer session of its own, has taken its place. Under the lock.</summary>
    public bool IsReplaced { get; set; }

    public bool IsFree => !IsReplaced && Running < Capacity && session.Ending is null && !session.PeerDrains;

    public double Load => (double)Running / Capacity;

    public async Task<PlacedRun> RunAsync(OfferedPlaces place, WorkerInstance instance)
    {
        var remote = instance.Remote;
        try
        {
            return new PlacedRun(await remote.RunAsync(session, state: place), remote.MayGoElsewhere);
        }
        finally
        {
            if (!remote.WasOpened)
            {
                // Nobody else would: the session knows nothing of it.
                OnOver(place, wasRefused: remote.MayGoElsewhere);
            }
        }
    }

    public void OnOffer(Offer offer)
    {
        if (TryTake(offer) is { } refusal)
        {
            ReportRefused(offer, refusal);
            session.RefuseOffer(offer, refusal);
        }
    }

    /// <summary>What had a place on it is over.</summary>
    /// <param name="place">The place.</param>
    /// <param name="wasRefused">Whether the worker did not take it: then it gets no other for a moment.</param>
    public void OnOver(OfferedPlaces place, bool wasRefused)
    {
        lock (context.Gate)
        {
            place.Pool.Free(place, wasRefused);
            Forget(place);
        }
    }

    /// <summary>It takes nothing more; what runs goes on.</summary>
    public void OnDrain(string reason)
    {
        Log.WorkerDrains(context.Logger, session.Name, worker.Name, reason);
        lock (context.Gate)
        {
            Withdraw();
        }
    }

    /// <summary>Takes everything back that it offers. Under the lock.</summary>
    public void Withdraw()
    {
        foreach (var offered in _offered.Values.ToArray())
        {
            Change(offered, OfferState.Withdrawn);
        }
    }

    /// <summary>Gives places to what waits for something else of the session. Under the lock.</summary>
    public void DispatchOthers(PlacePool than)
    {
        foreach (var pool in _offered.Keys.Where(pool => pool != than))
        {
            pool.Dispatch();
        }
    }

    /// <summary>Its session has ended.</summary>
    public void OnEnded()
    {
        lock (context.Gate)
        {
            Withdraw();
            callables.Disconnect(this);
            foreach (var offered in _offered.Values)
            {
                offered.Dispose();
            }
        }
    }

    /// <returns>Why the offer is not taken; null if it is.</returns>
    private string? TryTake(Offer offer)
    {
        if (offer.State is not (OfferState.Added or OfferState.Ready or OfferState.Withdrawn))
        {
            return $"The state {(int)offer.State} is not known.";
        }

        lock (context.Gate)
        {
            // What it offers when it has been told to go, nobody will ask for.
            if (IsReplaced || session.PeerDrains || session.Ending is not null)
            {
                return null;
            }

            if (offer.State == OfferState.Withdrawn)
            {
                if (_offered.Values.FirstOrDefault(known => IsOf(known.Pool, offer)) is { } left)
                {
                    Change(left, OfferState.Withdrawn);
                }
            }
            else if (TryEnter(offer, out var pool) is { } refusal)
            {
                return refusal;
            }
            else
            {
                var offered = _offered.TryGetValue(pool!, out var known) ? known : _offered[pool!] = new OfferedPlaces(pool!, this);
                offered.Places = offer.MaxInstances == 0 ? Capacity : (int)Math.Min(offer.MaxInstances, (uint)Capacity);
                Change(offered, offer.State);
            }
        }

        ReportTaken(offer);
        return null;
    }

    private static bool IsOf(PlacePool pool, Offer offer) => offer.Callable is { } callable
        ? pool is WorkerCallable && pool.Name == callable.Name
        : pool is WorkerApplication && pool.Name == offer.Application;

    private string? TryEnter(Offer offer, out PlacePool? pool)
    {
        if (offer.Callable is { } offered)
        {
            var refusal = TryEnterCallable(offered, out var callable);
            pool = callable;
            return refusal;
        }

        var problem = directory.TryEnter(offer.Application, out var application);
        pool = application;
        return problem;
    }

    private void Change(OfferedPlaces offered, OfferState state)
    {
        offered.Change(state);
        Forget(offered);
    }

    private void Forget(OfferedPlaces offered)
    {
        if (offered is { State: OfferState.Withdrawn, Running: 0 } && _offered.Remove(offered.Pool))
        {
            offered.Dispose();
        }
    }
}
