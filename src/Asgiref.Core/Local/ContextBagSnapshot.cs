using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Values;

namespace Asgiref.Core.Local;

/// <summary>The values of the context bag at one moment. Immutable; safe to share.</summary>
public sealed class ContextBagSnapshot : IReadOnlyCollection<KeyValuePair<string, AsgiValue>>
{
    // Every set makes a new entry, so that setting an equal value is seen as the change it is (CTX-06).
    private readonly ImmutableDictionary<string, Entry> _entries;

    private ContextBagSnapshot(ImmutableDictionary<string, Entry> entries) => _entries = entries;

    /// <summary>The bag without values.</summary>
    public static ContextBagSnapshot Empty { get; } =
        new(ImmutableDictionary.Create<string, Entry>(StringComparer.Ordinal, ReferenceEqualityComparer.Instance));

    /// <summary>How many values there are.</summary>
    public int Count => _entries.Count;

    /// <summary>A bag of the given values, such as those that came with a call.</summary>
    public static ContextBagSnapshot Create(AsgiValueMap values) => Empty.With(new ContextBagDelta(values, []));

    /// <summary>Reads a value.</summary>
    /// <returns>False if the name is unset.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out AsgiValue? value)
    {
        value = _entries.GetValueOrDefault(name)?.Value;
        return value is not null;
    }

    /// <summary>Whether the name is set.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>
    /// What was set and removed between an earlier snapshot of the same flow and this one. A value that was set counts even
    /// if it equals the earlier one.
    /// </summary>
    public ContextBagDelta ChangesSince(ContextBagSnapshot earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return ReferenceEquals(_entries, earlier._entries) ? ContextBagDelta.None : DifferenceTo(earlier);
    }

    // Apart: for what it captures everybody who asks would have an object, also if nothing has changed.
    private ContextBagDelta DifferenceTo(ContextBagSnapshot earlier)
    {
        var set = _entries.Where(entry => earlier._entries.GetValueOrDefault(entry.Key) != entry.Value);
        var removed = earlier._entries.Keys.Where(name => !_entries.ContainsKey(name));
        return new ContextBagDelta(
            AsgiValueMap.Create(set.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Value)).ToArray()),
            [.. removed]);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, AsgiValue>> GetEnumerator() =>
        _entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ContextBagSnapshot With(string name, AsgiValue value) => new(_entries.SetItem(name, new Entry(value)));

    internal ContextBagSnapshot Without(IEnumerable<string> names) => new(_entries.RemoveRange(names));

    internal ContextBagSnapshot With(ContextBagDelta delta) =>
        new(_entries
            .RemoveRange(delta.Removed)
            .SetItems(delta.Set.Select(entry => KeyValuePair.Create(entry.Key, new Entry(entry.Value)))));

    private sealed class Entry(AsgiValue value)
    {
        public AsgiValue Value { get; } = value;
    }
}
