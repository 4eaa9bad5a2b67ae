using System.Collections.Frozen;
using Asgiref.Core.Callables;
using Bridge.Server.Configuration;
using Bridge.Server.Sessions;

namespace Bridge.Server.Callables.Hosting;

/// <summary>The callables of the registries that the bridge hosts. Safe for concurrent use.</summary>
internal sealed class HostedCallables : IHostedCallables
{
    private readonly IReadOnlyList<CallableRegistry> _registries;
    private readonly FrozenDictionary<string, IHostedCallable> _byName;

    /// <param name="registries">The registries; what they do not have themselves they call through the bridge.</param>
    /// <param name="node">Who makes their calls.</param>
    /// <param name="context">What is shared.</param>
    /// <param name="calls">Takes their calls; asked for with the first.</param>
    /// <exception cref="ConfigurationException">Two of them have a callable of the same name.</exception>
    public HostedCallables(IReadOnlyList<CallableRegistry> registries, BridgeNode node, CallContext context, Lazy<BridgeCalls> calls)
    {
        _registries = registries;
        var byName = new Dictionary<string, IHostedCallable>(StringComparer.Ordinal);
        foreach (var registry in registries)
        {
            registry.Host.Observer = new HostedCallObserver(context);
            registry.UseDefault(new CallRoute(new BridgeCallTransport(node, calls)));
            foreach (var callable in registry.Callables)
            {
                if (!byName.TryAdd(callable.Name, new HostedCallable(registry.Host, callable)))
                {
                    throw new ConfigurationException($"{HostedRegistrySettings.Section}: two registries have a callable {callable.Name}.");
                }
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IReadOnlyCollection<IHostedCallable> All => _byName.Values;

    public IHostedCallable? Find(string name) => _byName.GetValueOrDefault(name);

    public void EndThreadContext(Guid context)
    {
        foreach (var registry in _registries)
        {
            registry.Host.EndThreadContext(context);
        }
    }
}
