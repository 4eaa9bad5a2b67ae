using System.Collections.Immutable;

namespace Asgiref.Core.Local;

/// <summary>
/// The values of one flow: shared by everything that the flow awaits, in both directions (CTX-14). Values are replaced,
/// never changed, so that a copy for a new task costs one reference (LOCAL-21). Safe for concurrent use without a lock.
/// </summary>
internal sealed class LocalHolder
{
    // Values are told apart by reference: an equal but distinct object is a change (CTX-06).
    private static readonly ImmutableDictionary<object, object> Empty =
        ImmutableDictionary.Create<object, object>(ReferenceEqualityComparer.Instance, ReferenceEqualityComparer.Instance);

    private ImmutableDictionary<object, object> _values;

    public LocalHolder()
        : this(Empty)
    {
    }

    private LocalHolder(ImmutableDictionary<object, object> values) => _values = values;

    /// <summary>A holder of the same values, which from now on change apart.</summary>
    public LocalHolder Clone() => new(Volatile.Read(ref _values));

    /// <summary>The value of a key; null if it is unset.</summary>
    public object? Get(object key) => Volatile.Read(ref _values).GetValueOrDefault(key);

    /// <summary>
    /// Replaces the value of a key by what the function makes of it, as one step; null stands for unset. The function may
    /// run several times if others change the holder meanwhile.
    /// </summary>
    /// <returns>The value before.</returns>
    public object? Update<TState>(object key, Func<object?, TState, object?> change, TState state)
    {
        var values = Volatile.Read(ref _values);
        while (true)
        {
            var before = values.GetValueOrDefault(key);
            var changed = change(before, state) is { } after ? values.SetItem(key, after) : values.Remove(key);
            var seen = Interlocked.CompareExchange(ref _values, changed, values);
            if (ReferenceEquals(seen, values))
            {
                return before;
            }

            values = seen;
        }
    }
}
