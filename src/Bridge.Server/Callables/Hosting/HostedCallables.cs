using System.Collections.Concurrent;
using Asgiref.Core.Callables;
using Bridge.Server.Configuration;
using Bridge.Server.Sessions;

namespace Bridge.Server.Callables.Hosting;

/// <summary>The callables of the registries that the bridge hosts. Safe for concurrent use.</summary>
internal sealed class HostedCallables : IHostedCallables
{
    private readonly IReadOnlyList<CallableRegistry> _registries;
    private readonly ConcurrentDictionary<string, IHostedCallable> _byName = new(StringComparer.Ordinal);
    private readonly CallContext _context;

    /// <param name="registries">The registries; what they do not have themselves they call through the bridge.</param>
    /// <param name="node">Who makes their calls.</param>
    /// <param name="context">What is shared.</param>
    /// <param name="calls">Takes their calls; asked for with the first.</param>
    /// <exception cref="ConfigurationException">Two of them have a callable of the same name.</exception>
    public HostedCallables(IReadOnlyList<CallableRegistry> registries, BridgeNode node, CallContext context, Lazy<BridgeCalls> calls)
    {
        _registries = registries;
        _context = context;
        foreach (var registry in registries)
        {
            registry.Host.Observer = new HostedCallObserver(context);
            registry.UseDefault(new CallRoute(new BridgeCallTransport(node, calls)));
            foreach (var callable in registry.Callables)
            {
                if (!TryAdd(registry, callable))
                {
                    throw new ConfigurationException($"{HostedRegistrySettings.Section}: two registries have a callable {callable.Name}.");
                }
            }
        }

        foreach (var registry in registries)
        {
            registry.Registered += callable => AddLater(registry, callable);
        }
    }

    public IReadOnlyCollection<IHostedCallable> All => [.. _byName.Values];

    public IHostedCallable? Find(string name) => _byName.GetValueOrDefault(name);

    public void EndThreadContext(Guid context)
    {
        foreach (var registry in _registries)
        {
            registry.Host.EndThreadContext(context);
        }
    }

    private bool TryAdd(CallableRegistry registry, CallableDescription callable) =>
        _byName.TryAdd(callable.Name, new HostedCallable(registry.Host, callable));

    /// <summary>The registry itself has told whoever registers it if it has the name already.</summary>
    private void AddLater(CallableRegistry registry, CallableDescription callable)
    {
        if (!TryAdd(registry, callable))
        {
            Log.HostedTwice(_context.Logger, callable.Name);
        }
    }
}
