using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Server;

/// <summary>
/// The instances that take events, by scope id and in the order of their use. Every operation takes constant time
/// (SRV-11). Guarded by the lock of the table that owns it.
/// </summary>
internal sealed class ActiveInstances<TScopeId>
    where TScopeId : notnull
{
    private readonly Dictionary<TScopeId, ApplicationInstance<TScopeId>> _byId = [];

    /// <summary>The least recently used first.</summary>
    private readonly LinkedList<ApplicationInstance<TScopeId>> _byUse = new();

    public int Count => _byId.Count;

    /// <summary>The one that was not used for longest; there is one.</summary>
    public ApplicationInstance<TScopeId> LeastRecentlyUsed => _byUse.First!.Value;

    public ApplicationInstance<TScopeId>[] ToArray() => [.. _byUse];

    public bool TryFind(TScopeId scopeId, [NotNullWhen(true)] out ApplicationInstance<TScopeId>? instance) =>
        _byId.TryGetValue(scopeId, out instance);

    /// <summary>Finds an instance and makes it the most recently used one.</summary>
    public bool TryUse(TScopeId scopeId, [NotNullWhen(true)] out ApplicationInstance<TScopeId>? instance)
    {
        if (!_byId.TryGetValue(scopeId, out instance))
        {
            return false;
        }

        instance.Touch();
        _byUse.Remove(instance.Recency);
        _byUse.AddLast(instance.Recency);
        return true;
    }

    /// <summary>Adds an instance, whose id is free, as the most recently used one.</summary>
    public void Add(ApplicationInstance<TScopeId> instance)
    {
        _byId.Add(instance.ScopeId, instance);
        _byUse.AddLast(instance.Recency);
    }

    /// <returns>False if it is not among them.</returns>
    public bool Remove(ApplicationInstance<TScopeId> instance)
    {
        if (instance.Recency.List is null)
        {
            return false;
        }

        _byUse.Remove(instance.Recency);
        return _byId.Remove(instance.ScopeId);
    }
}
