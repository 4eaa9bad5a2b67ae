using System.Collections.Immutable;

namespace Asgiref.Core.Local;

/// <summary>
/// The values of one flow: shared by everything that the flow awaits, in both directions (CTX-14). Values are replaced,
/// never changed, so that a copy for a new task costs one reference (LOCAL-21). Safe for concurrent use without a lock.
/// </summary>
internal sealed class LocalHolder(ImmutableDictionary<object, object?> values)
{
    private ImmutableDictionary<object, object?> _values = values;

    public LocalHolder()
        : this(ImmutableDictionary.Create<object, object?>(ReferenceEqualityComparer.Instance))
    {
    }

    /// <summary>A holder of the same values, which from now on change apart.</summary>
    public LocalHolder Clone() => new(Volatile.Read(ref _values));

    public bool TryGet(object key, out object? value) => Volatile.Read(ref _values).TryGetValue(key, out value);

    public void Set(object key, object? value) =>
        ImmutableInterlocked.Update(ref _values, static (values, entry) => values.SetItem(entry.key, entry.value), (key, value));

    public bool Remove(object key) => ImmutableInterlocked.TryRemove(ref _values, key, out _);

    /// <summary>
    /// Replaces one value by what the function makes of it, as one step. The function gets null for an unset key, and
    /// may run several times if others change the holder meanwhile.
    /// </summary>
    public void Update<TState>(object key, Func<object?, TState, object?> change, TState state) =>
        ImmutableInterlocked.Update(
            ref _values,
            static (values, step) => values.SetItem(step.key, step.change(values.GetValueOrDefault(step.key), step.state)),
            (key, change, state));
}
