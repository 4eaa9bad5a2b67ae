using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Server;

/// <summary>
/// The instances of a server: the active ones by scope id and in the order of their use, and those that are on their
/// way out. Every operation takes constant time (SRV-11). Safe for concurrent use.
/// </summary>
/// <remarks>
/// A place is taken by every instance until its application has really ended, so that what leaves slowly is bounded as
/// well as what is active.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore without wait handle has nothing to dispose.")]
internal sealed class InstanceTable<TScopeId>
    where TScopeId : notnull
{
    private readonly StatelessServer<TScopeId> _server;
    private readonly StatelessServerOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<TScopeId, ApplicationInstance<TScopeId>> _active = [];

    /// <summary>The active ones, the least recently used first.</summary>
    private readonly LinkedList<ApplicationInstance<TScopeId>> _byUse = new();

    /// <summary>Of each scope id, the instance that left last and has not ended.</summary>
    private readonly Dictionary<TScopeId, ApplicationInstance<TScopeId>> _leaving = [];
    private readonly HashSet<ApplicationInstance<TScopeId>> _live = [];
    private readonly SemaphoreSlim _places;
    private bool _closed;

    public InstanceTable(StatelessServer<TScopeId> server)
    {
        _server = server;
        _options = server.Options;
        _places = new SemaphoreSlim((int)Math.Min(int.MaxValue, (long)_options.MaxApplications + _options.MaxLeavingApplications));
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

            if (TryUse(scopeId, out var found))
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
            return _active.TryGetValue(scopeId, out instance);
        }
    }

    /// <summary>Takes an instance out of the active ones; false if another has done it before.</summary>
    public bool TryRemove(ApplicationInstance<TScopeId> instance)
    {
        lock (_gate)
        {
            if (instance.Recency.List is null)
            {
                return false;
            }

            Remove(instance);
            return true;
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

        _places.Release();
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
            told = [.. _byUse];
            foreach (var instance in told)
            {
                Remove(instance);
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
        await TakePlaceAsync(cancellationToken).ConfigureAwait(false);
        ApplicationInstance<TScopeId>? evicted = null;
        ApplicationInstance<TScopeId> created;
        ApplicationInstance<TScopeId>? predecessor;
        lock (_gate)
        {
            ApplicationInstance<TScopeId>? found = null;
            if (_closed || TryUse(scopeId, out found))
            {
                _places.Release();
                return found;
            }

            if (_active.Count >= _options.MaxApplications)
            {
                evicted = _byUse.First!.Value;
                Remove(evicted);
            }

            created = new ApplicationInstance<TScopeId>(_server, this, scopeId, scope);
            _active.Add(scopeId, created);
            _byUse.AddLast(created.Recency);
            _live.Add(created);
            predecessor = _leaving.GetValueOrDefault(scopeId);
        }

        _server.Counters.Started();
        evicted?.BeginLeaving(DisconnectReason.Evicted);
        created.Start(predecessor);
        return created;
    }

    private async ValueTask TakePlaceAsync(CancellationToken cancellationToken)
    {
        if (_places.Wait(0, CancellationToken.None))
        {
            return;
        }

        // Whatever leaves now has ended by then, unless its application ignores everything.
        using var patience = new CancellationTokenSource(_options.Patience, _options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await _places.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"No place for another instance: {_options.MaxLeavingApplications} applications "
                + $"(MaxLeavingApplications) have not ended {_options.Patience} after their disconnect event.");
        }
    }

    /// <summary>Called under the lock.</summary>
    private bool TryUse(TScopeId scopeId, [NotNullWhen(true)] out ApplicationInstance<TScopeId>? instance)
    {
        if (!_active.TryGetValue(scopeId, out instance))
        {
            return false;
        }

        instance.Touch();
        _byUse.Remove(instance.Recency);
        _byUse.AddLast(instance.Recency);
        return true;
    }

    /// <summary>Called under the lock.</summary>
    private void Remove(ApplicationInstance<TScopeId> instance)
    {
        _active.Remove(instance.ScopeId);
        _byUse.Remove(instance.Recency);
        _leaving[instance.ScopeId] = instance;
    }
}
