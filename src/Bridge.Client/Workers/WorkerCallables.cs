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
    private readonly Lock _gate = new();
    private IReadOnlyList<Callable> _offered = [];

    /// <param name="registry">Has them; null for none.</param>
    /// <param name="observer">Hears what becomes of their calls.</param>
    public WorkerCallables(CallableRegistry? registry, CallableObserver observer)
    {
        _registry = registry;
        if (registry is not null)
        {
            registry.Host.Observer = observer;
            registry.Registered += OnRegistered;
            foreach (var callable in registry.Callables)
            {
                Add(callable);
            }
        }
    }

    /// <summary>Tells of a callable that is registered later; set once, before the worker is started. On the thread that registers it.</summary>
    public Action<Callable> Added { get; set; } = static _ => { };

    /// <summary>Whether calls may come.</summary>
    public bool Any => Offered.Count > 0;

    /// <summary>What is offered: everything that is registered.</summary>
    public IReadOnlyList<Callable> Offered => Volatile.Read(ref _offered);

    /// <summary>The offer of one of them.</summary>
    public Offer OfferOf(Callable callable, OfferState state) => new()
    {
        Callable = callable,
        State = state,
        MaxInstances = (uint)(_registry?.FindLocal(callable.Name)?.Settings.MaxConcurrentCalls ?? 0),
    };

    /// <summary>Takes a call that the bridge has opened, on the thread of the pool that came for it. Never throws.</summary>
    public void Accept(Exchange exchange)
    {
        if (_registry is null)
        {
            exchange.Refuse(RefusedCode.NotFound, $"There is no callable {exchange.Target.Name} here.");
        }
        else if (PeerCall.Read(exchange) is { } call)
        {
            _registry.Host.Run(call, mayRunHere: true);
        }
    }

    public void EndThreadContext(Guid context) => _registry?.Host.EndThreadContext(context);

    /// <summary>No session is left: nobody can say any more when a context of another process ends.</summary>
    public void EndThreadContexts() => _registry?.Host.ThreadContexts.EndAll();

    /// <summary>The worker has ended: what is registered from now on is not its business.</summary>
    public void Close()
    {
        if (_registry is not null)
        {
            _registry.Registered -= OnRegistered;
        }
    }

    /// <summary>Refuses new calls but those that come from one that runs, and waits for the others' end, at most so long.</summary>
    public async Task DrainAsync(TimeSpan limit, TimeProvider clock, CancellationToken hurry)
    {
        if (_registry is not null)
        {
            await _registry.Host.DrainAsync().WaitAsync(limit, clock, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void OnRegistered(CallableDescription description)
    {
        if (Add(description) is { } added)
        {
            Added(added);
        }
    }

    /// <returns>What is offered; null if it is already.</returns>
    private Callable? Add(CallableDescription description)
    {
        lock (_gate)
        {
            if (_offered.Any(callable => callable.Name == description.Name))
            {
                return null;
            }

            var added = CallableMapping.ToMessage(description);
            Volatile.Write(ref _offered, [.. _offered, added]);
            return added;
        }
    }
}
