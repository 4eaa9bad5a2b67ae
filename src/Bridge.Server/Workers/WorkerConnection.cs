using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Server.Workers;

/// <summary>A session of a worker: what it serves and how much of it is taken. Safe for concurrent use.</summary>
internal sealed class WorkerConnection(Session session, Worker worker, WorkerDirectory directory, WorkerContext context) : IWorkerPeer
{
    private readonly Dictionary<string, OfferedApplication> _offered = new(StringComparer.Ordinal);

    public Session Session => session;

    /// <summary>The worker's, shared by its processes and their sessions.</summary>
    public string Name => worker.Name;

    string IWorkerPeer.Name => session.Name;

    public Guid Process { get; } = new(worker.ProcessId.Span);

    public uint Slot => worker.Slot;

    /// <summary>Places that are taken, of all applications. Under the lock.</summary>
    public int Running { get; set; }

    public int Capacity { get; } = session.Peer!.Exchanges;

    /// <summary>Whether a newer process, or a newer session of its own, has taken its place. Under the lock.</summary>
    public bool IsReplaced { get; set; }

    public bool IsFree => !IsReplaced && Running < Capacity && session.Ending is null && !session.PeerDrains;

    public double Load => (double)Running / Capacity;

    /// <summary>The applications that it serves. Under the lock.</summary>
    public IEnumerable<OfferedApplication> Offered => _offered.Values.Where(offered => offered.State is OfferState.Added or OfferState.Ready);

    public async Task<PlacedRun> RunAsync(OfferedApplication place, WorkerInstance instance)
    {
        var remote = instance.Remote;
        try
        {
            return new PlacedRun(await remote.RunAsync(session), remote.MayGoElsewhere);
        }
        finally
        {
            if (!remote.WasOpened)
            {
                // Nobody else would: the session knows nothing of it.
                OnOver(place.Application.Name, wasRefused: remote.MayGoElsewhere);
            }
        }
    }

    public void OnOffer(Offer offer)
    {
        if (TryTake(offer) is { } refusal)
        {
            Log.OfferRefused(context.Logger, session.Name, worker.Name, offer.Application, refusal);
            context.Metrics.OfferRefused();
            session.RefuseOffer(offer.Application, refusal);
        }
    }

    /// <summary>An instance that had a place on it is over.</summary>
    /// <param name="application">Of which application.</param>
    /// <param name="wasRefused">Whether the worker did not take it: then it gets no other for a moment.</param>
    public void OnOver(string application, bool wasRefused)
    {
        lock (context.Gate)
        {
            if (_offered.TryGetValue(application, out var place))
            {
                place.Application.Free(place, wasRefused);
                Forget(place);
            }
        }
    }

    /// <summary>It takes no more instances; what runs goes on.</summary>
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

    /// <summary>Gives places to what waits for other applications of the session. Under the lock.</summary>
    public void DispatchOthers(WorkerApplication than)
    {
        foreach (var offered in _offered.Values.Where(offered => offered.Application != than))
        {
            offered.Application.Dispatch();
        }
    }

    /// <summary>Its session has ended.</summary>
    public void OnEnded()
    {
        lock (context.Gate)
        {
            Withdraw();
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

            var offered = _offered.GetValueOrDefault(offer.Application);
            if (offer.State != OfferState.Withdrawn)
            {
                if (directory.TryEnter(offer.Application, out var application) is { } refusal)
                {
                    return refusal;
                }

                if (offered?.Application != application)
                {
                    offered = _offered[offer.Application] = new OfferedApplication(application!, this);
                }

                offered!.Places = offer.MaxInstances == 0 ? Capacity : (int)Math.Min(offer.MaxInstances, (uint)Capacity);
            }

            if (offered is not null)
            {
                Change(offered, offer.State);
            }
        }

        Log.Offered(context.Logger, session.Name, worker.Name, offer.State, offer.Application);
        return null;
    }

    private void Change(OfferedApplication offered, OfferState state)
    {
        var application = offered.Application;
        var was = offered.State;
        offered.State = state;
        if (state == OfferState.Ready)
        {
            application.AddReady(offered);
        }
        else
        {
            application.RemoveReady(offered);
        }

        if (was == OfferState.Withdrawn && state != OfferState.Withdrawn)
        {
            application.Offers++;
            directory.OnServed(application);
        }
        else if (was != OfferState.Withdrawn && state == OfferState.Withdrawn)
        {
            application.Offers--;
            directory.OnLeft(application);
        }

        Forget(offered);
    }

    private void Forget(OfferedApplication offered)
    {
        if (offered is { State: OfferState.Withdrawn, Running: 0 } && _offered.Remove(offered.Application.Name))
        {
            offered.Dispose();
        }
    }
}
