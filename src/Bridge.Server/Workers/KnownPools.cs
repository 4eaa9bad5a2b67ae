using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>
/// The applications, or callables, that workers serve, by name; remembered for a while when the last worker has left. Finding
/// is safe for concurrent use, everything else is under the lock of <see cref="WorkerContext"/>.
/// </summary>
/// <param name="context">What is shared.</param>
/// <param name="make">Makes a new one.</param>
/// <param name="most">How many are known at a time, besides those that are expected.</param>
/// <param name="limit">The limit that is counted then.</param>
/// <param name="limitKey">Its key.</param>
/// <param name="plural">What they are, in the middle of a sentence.</param>
/// <param name="expected">Names that are known from the start and never forgotten.</param>
internal sealed class KnownPools<TPool>(
    WorkerContext context,
    Func<string, IPoolOwner, TPool> make,
    int most,
    Limit limit,
    string limitKey,
    string plural,
    IReadOnlySet<string> expected) : IPoolOwner
    where TPool : PlacePool
{
    private readonly ConcurrentDictionary<string, TPool> _pools = new(StringComparer.Ordinal);
    private LeftPools? _left;

    /// <summary>Whether there is any: asked for every request, and the dictionary would take all its locks to say no.</summary>
    private volatile bool _hasAny;

    public bool HasAny => _hasAny;

    public bool IsClosed { get; private set; }

    public IReadOnlyCollection<string> Names => [.. _pools.Keys];

    public ConcurrentDictionary<string, TPool>.AlternateLookup<ReadOnlySpan<char>> ByPart => _pools.GetAlternateLookup<ReadOnlySpan<char>>();

    private LeftPools Left => _left ??= new LeftPools(context, Forget);

    public bool TryFind(string name, [NotNullWhen(true)] out TPool? pool) => _pools.TryGetValue(name, out pool);

    /// <summary>All, by name.</summary>
    public IEnumerable<TPool> InOrder() => _pools.Values.OrderBy(pool => pool.Name, StringComparer.Ordinal);

    /// <summary>Makes the names known that are expected. Once, at the start.</summary>
    public void AddExpected()
    {
        foreach (var name in expected)
        {
            Add(name);
        }
    }

    /// <summary>Gives the one of a name that a worker offers, a new one if need be.</summary>
    /// <returns>Why a worker may not serve it; null if it may.</returns>
    public string? TryEnter(string name, out TPool? pool)
    {
        if (_pools.TryGetValue(name, out pool))
        {
            return null;
        }

        if (_pools.Count >= most + expected.Count)
        {
            context.BridgeMetrics.Reached(limit);
            if (Left.Oldest is not { } oldest)
            {
                return $"The bridge knows {most} {plural} of workers, its limit ({limitKey}).";
            }

            Forget(oldest);
        }

        pool = Add(name);
        return null;
    }

    public void OnServed(PlacePool pool) => Left.Remove(pool);

    public void OnLeft(PlacePool pool)
    {
        if (pool.Offers == 0 && !expected.Contains(pool.Name))
        {
            Log.Left(context.Logger, pool.Noun, pool.Name, context.Options.RememberTime.TotalSeconds);
            Left.Add(pool);
        }
    }

    /// <summary>Nothing gets a place any more; all waits end.</summary>
    public void Close()
    {
        IsClosed = true;
        foreach (var pool in _pools.Values)
        {
            pool.EndWaits(WaitOutcome.Closed);
        }
    }

    private TPool Add(string name)
    {
        var pool = _pools[name] = make(name, this);
        _hasAny = true;
        return pool;
    }

    private void Forget(PlacePool pool)
    {
        Left.Remove(pool);
        _pools.TryRemove(pool.Name, out _);
        _hasAny = !_pools.IsEmpty;
        pool.EndWaits(WaitOutcome.Forgotten);
        Log.Forgotten(context.Logger, pool.Noun, pool.Name);
    }
}
