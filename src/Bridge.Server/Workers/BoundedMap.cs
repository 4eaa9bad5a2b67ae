using System.Diagnostics.CodeAnalysis;

namespace Bridge.Server.Workers;

/// <summary>Remembers so many keys; for a further one the oldest is forgotten. Not safe for concurrent use.</summary>
internal sealed class BoundedMap<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly LinkedList<TKey> _order = [];
    private readonly Dictionary<TKey, (TValue Value, LinkedListNode<TKey> Node)> _entries = [];

    public int Count => _entries.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _entries.TryGetValue(key, out var entry);
        value = entry.Value;
        return found;
    }

    /// <summary>Sets the value and makes the key the youngest.</summary>
    /// <returns>Whether another key was forgotten for it.</returns>
    public bool Set(TKey key, TValue value)
    {
        if (_entries.TryGetValue(key, out var known))
        {
            _order.Remove(known.Node);
        }

        _entries[key] = (value, _order.AddLast(key));
        if (_entries.Count <= capacity)
        {
            return false;
        }

        _entries.Remove(_order.First!.Value);
        _order.RemoveFirst();
        return true;
    }
}
