using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Incoming;
using Bridge.Protocol.Calls;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Client.Workers;

/// <summary>The callables that a worker serves: what it offers of them, and the calls that come. Safe for concurrent use.</summary>
internal sealed class WorkerCallables
{
    private readonly CallableRegistry? _registry;

    /// <param name="registry">Has them; null for none.</param>
    /// <param name="observer">Hears what becomes of their calls.</param>
    public WorkerCallables(CallableRegistry? registry, CallableObserver observer)
    {
        _registry = registry;
        Offered = [.. (registry?.Callables ?? []).Select(CallableMapping.ToMessage)];
        if (registry is not null)
        {
            registry.Host.Observer = observer;
        }
    }

    /// <summary>Whether calls may come.</summary>
    public bool Any => Offered.Count > 0;

    /// <summary>What is offered: those that were registered when the worker was made.</summary>
    public IReadOnlyList<Callable> Offered { get; }

    /// <summary>The offer of one of them.</summary>
    public Offer OfferOf(Callable callable, OfferState state) => new()
    {
        Callable = callable,
        State = state,
        MaxInstances = (uint)(_registry?.FindLocal(callable.Name)?.Settings.MaxConcurrentCalls ?? 0),
    };

    /// <summary>Takes a call that the bridge has opened. Never throws.</summary>
    public void Accept(Exchange exchange)
    {
        if (_registry is null)
        {
            exchange.Refuse(RefusedCode.NotFound, $"There is no callable {exchange.Target.Name} here.");
        }
        else if (PeerCall.Read(exchange) is { } call)
        {
            _registry.Host.Run(call);
        }
    }

    public void EndThreadContext(Guid context) => _registry?.Host.EndThreadContext(context);

    /// <summary>No session is left: nobody can say any more when a context of another process ends.</summary>
    public void EndThreadContexts() => _registry?.Host.ThreadContexts.EndAll();

    /// <summary>Refuses new calls but those that come from one that runs, and waits for the others' end, at most so long.</summary>
    public async Task DrainAsync(TimeSpan limit, TimeProvider clock, CancellationToken hurry)
    {
        if (_registry is not null)
        {
            await _registry.Host.DrainAsync().WaitAsync(limit, clock, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
