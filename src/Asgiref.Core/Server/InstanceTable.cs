using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Server;

/// <summary>
/// The instances of a server, the active ones and those that are on their way out: makes them, finds them, evicts them,
/// and closes with all of them. Safe for concurrent use.
/// </summary>
internal sealed class InstanceTable<TScopeId>
    where TScopeId : notnull
{
    private readonly StatelessServer<TScopeId> _server;
    private readonly Lock _gate = new();
    private readonly ActiveInstances<TScopeId> _active = new();

    /// <summary>Of each scope id, the instance that left last and has not ended.</summary>
    private readonly Dictionary<TScopeId, ApplicationInstance<TScopeId>> _leaving = [];
    private readonly HashSet<ApplicationInstance<TScopeId>> _live = [];
    private readonly InstancePlaces _places;
    private bool _closed;

    public InstanceTable(StatelessServer<TScopeId> server)
    {
        _server = server;
        _places = new InstancePlaces(server.Options);
    }

    public (int Active, int Leaving) Count
    {
        get
        {
            lock (_gate)
            {
                return (_active.Count, _live.Count - _active.Count);
            }
        }
    }

    /// <summary>The instance of a scope id, made if there is none, as the most recently used one.</summary>
    /// <returns>Null when the table is closed.</returns>
    /// <exception cref="TimeoutException">No place became free although the patience with every leaving instance is over.</exception>
    public ValueTask<ApplicationInstance<TScopeId>?> GetOrCreateAsync(
        TScopeId scopeId, AsgiScope scope, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_closed)
            {
                return default;
            }

            if (_active.TryUse(scopeId, out var found))
            {
                return new(found);
            }
        }

        return CreateAsync(scopeId, scope, cancellationToken);
    }

    public bool TryFind(TScopeId scopeId, [NotNullWhen(true)] out ApplicationInstance<TScopeId>? instance)
    {
        lock (_gate)
        {
            return _active.TryFind(scopeId, out instance);
        }
    }

    /// <summary>Takes an instance out of the active ones; false if another has done it before.</summary>
    public bool TryRemove(ApplicationInstance<TScopeId> instance)
    {
        lock (_gate)
        {
            return TryRemoveLocked(instance);
        }
    }

    /// <summary>Gives an instance's place back: its application has ended.</summary>
    public void Ended(ApplicationInstance<TScopeId> instance)
    {
        lock (_gate)
        {
            _live.Remove(instance);
            if (_leaving.GetValueOrDefault(instance.ScopeId) == instance)
            {
                _leaving.Remove(instance.ScopeId);
            }
        }

        _places.Free();
    }

    /// <summary>Lets instances be made again.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _closed = false;
        }
    }

    /// <summary>Makes no more instances, tells every one to end, and waits until they have or are abandoned.</summary>
    public async Task CloseAsync()
    {
        ApplicationInstance<TScopeId>[] told;
        ApplicationInstance<TScopeId>[] live;
        lock (_gate)
        {
            _closed = true;
            live = [.. _live];
            told = _active.ToArray();
            foreach (var instance in told)
            {
                TryRemoveLocked(instance);
            }
        }

        foreach (var instance in told)
        {
            instance.BeginLeaving(DisconnectReason.Stopping);
        }

        await Task.WhenAll(live.Select(instance => instance.Released)).ConfigureAwait(false);
    }

    private async ValueTask<ApplicationInstance<TScopeId>?> CreateAsync(
        TScopeId scopeId, AsgiScope scope, CancellationToken cancellationToken)
    {
        await _places.TakeAsync(cancellationToken).ConfigureAwait(false);
        ApplicationInstance<TScopeId>? evicted = null;
        ApplicationInstance<TScopeId> created;
        ApplicationInstance<TScopeId>? predecessor;
        lock (_gate)
        {
            ApplicationInstance<TScopeId>? found = null;
            if (_closed || _active.TryUse(scopeId, out found))
            {
                _places.Free();
                return found;
            }

            if (_active.Count >= _server.Options.MaxApplications)
            {
                evicted = _active.LeastRecentlyUsed;
                TryRemoveLocked(evicted);
            }

            created = new ApplicationInstance<TScopeId>(_server, this, scopeId, scope);
            _active.Add(created);
            _live.Add(created);
            predecessor = _leaving.GetValueOrDefault(scopeId);
        }

        _server.Counters.Started();
        evicted?.BeginLeaving(DisconnectReason.Evicted);
        created.Start(predecessor);
        return created;
    }

    private bool TryRemoveLocked(ApplicationInstance<TScopeId> instance)
    {
        if (!_active.Remove(instance))
        {
            return false;
        }

        _leaving[instance.ScopeId] = instance;
        return true;
    }
}
