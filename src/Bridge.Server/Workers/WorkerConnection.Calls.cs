using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;

namespace Bridge.Server.Workers;

/// <content>What is different with callables.</content>
internal sealed partial class WorkerConnection : ICallPeer
{
    /// <summary>The callables that it offers or has offered: a process that waits for a call may be called back in any of them.</summary>
    private readonly BoundedMap<string, bool> _served = new(callables.MostNames);

    /// <summary>Whether it serves a callable, or has served it. Under the lock.</summary>
    public bool HasServed(string callable) => _served.TryGet(callable, out _);

    public async ValueTask<CallEnding> RunAsync(OfferedPlaces? place, RoutedCall call)
    {
        if (place is null)
        {
            lock (context.Gate)
            {
                Running++;
            }
        }

        var callee = new SessionCallee(this, place, call);
        try
        {
            return await callee.RunAsync();
        }
        finally
        {
            if (!callee.WasOpened)
            {
                OnCallOver(place, wasRefused: true);
            }
        }
    }

    /// <summary>A call is over.</summary>
    /// <param name="place">Its place; null for one that had none of its callable.</param>
    /// <param name="wasRefused">Whether the worker did not take it.</param>
    public void OnCallOver(OfferedPlaces? place, bool wasRefused)
    {
        if (place is not null)
        {
            OnOver(place, wasRefused);
            return;
        }

        lock (context.Gate)
        {
            Running--;
            foreach (var pool in _offered.Keys)
            {
                pool.Dispatch();
            }
        }
    }

    private string? TryEnterCallable(Callable offered, out WorkerCallable? callable)
    {
        callable = null;
        if (CallRules.ProblemOf(offered) is { } problem)
        {
            return problem;
        }

        if (callables.TryEnter(offered, out callable) is { } refusal)
        {
            return refusal;
        }

        _served.Set(offered.Name, true);
        callables.Connect(this);
        return null;
    }

    private void ReportTaken(Offer offer)
    {
        if (offer.Callable is { } callable)
        {
            Callables.Log.Offered(context.Logger, session.Name, worker.Name, offer.State, callable.Name);
        }
        else
        {
            Log.Offered(context.Logger, session.Name, worker.Name, offer.State, offer.Application);
        }
    }

    private void ReportRefused(Offer offer, string refusal)
    {
        if (offer.Callable is { } callable)
        {
            Callables.Log.OfferRefused(context.Logger, session.Name, worker.Name, callable.Name, refusal);
            callables.CountRefusedOffer();
        }
        else
        {
            Log.OfferRefused(context.Logger, session.Name, worker.Name, offer.Application, refusal);
            context.Metrics.OfferRefused();
        }
    }
}
