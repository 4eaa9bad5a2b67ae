using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Asgiref.Core.Values;

/// <summary>
/// An immutable map from text keys to values. Holds what a scope or event carries beyond its own keys (CORE-18), and
/// the content of custom events and extensions. Equality is by content; the order of keys has no meaning.
/// </summary>
[CollectionBuilder(typeof(AsgiValueMap), nameof(Create))]
public sealed class AsgiValueMap : IReadOnlyDictionary<string, AsgiValue>, IEquatable<AsgiValueMap>
{
    private readonly Dictionary<string, AsgiValue> _entries;

    private AsgiValueMap(Dictionary<string, AsgiValue> entries) => _entries = entries;

    /// <summary>The map without entries.</summary>
    public static AsgiValueMap Empty { get; } = new(new Dictionary<string, AsgiValue>(StringComparer.Ordinal));

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _entries.Keys;

    /// <inheritdoc/>
    public IEnumerable<AsgiValue> Values => _entries.Values;

    /// <summary>The value of a key.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public AsgiValue this[string key] => _entries[key];

    /// <summary>Makes a map of the given entries; of entries with the same key the last one stays.</summary>
    /// <exception cref="ArgumentException">A key holds half of a surrogate pair (PB-02).</exception>
    public static AsgiValueMap Create(params ReadOnlySpan<KeyValuePair<string, AsgiValue>> entries)
    {
        if (entries.IsEmpty)
        {
            return Empty;
        }

        var copy = new Dictionary<string, AsgiValue>(entries.Length, StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            AsgiText.ThrowIfNotUnicode(key, nameof(entries));
            copy[key] = value;
        }

        return new AsgiValueMap(copy);
    }

    /// <summary>A copy with one entry added or replaced.</summary>
    /// <exception cref="ArgumentException">The key holds half of a surrogate pair (PB-02).</exception>
    public AsgiValueMap With(string key, AsgiValue value)
    {
        AsgiText.ThrowIfNotUnicode(key, nameof(key));
        return new AsgiValueMap(new Dictionary<string, AsgiValue>(_entries, StringComparer.Ordinal) { [key] = value });
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _entries.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out AsgiValue value) => _entries.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, AsgiValue>> GetEnumerator() => _entries.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(AsgiValueMap? other) =>
        other is not null
        && other.Count == Count
        && _entries.All(entry => other.TryGetValue(entry.Key, out var value) && value.Equals(entry.Value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AsgiValueMap);

    /// <inheritdoc/>
    public override int GetHashCode() => _entries.Aggregate(Count, (hash, entry) => hash ^ HashCode.Combine(entry.Key, entry.Value));

    /// <inheritdoc/>
    public override string ToString() => $"{{{string.Join(", ", _entries.Select(entry => $"{entry.Key}: {entry.Value}"))}}}";
}
