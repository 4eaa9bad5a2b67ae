using System.Collections.Immutable;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>The context bag of a plan. Immutable. No value is ever set twice.</summary>
internal sealed class Bag
{
    private readonly ImmutableSortedDictionary<string, string> _values;

    private Bag(ImmutableSortedDictionary<string, string> values) => _values = values;

    public static Bag Empty { get; } = new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    /// <summary>As a function tells it.</summary>
    public string Text => string.Join(';', _values.Select(entry => $"{entry.Key}={entry.Value}"));

    /// <summary>With a value; an empty one removes the name.</summary>
    public Bag With(string name, string value) => new(value.Length > 0 ? _values.SetItem(name, value) : _values.Remove(name));

    /// <summary>With what a function has changed that began with one bag and ended with another.</summary>
    public Bag With(Bag began, Bag ended)
    {
        var values = _values.RemoveRange(began._values.Keys.Except(ended._values.Keys));
        return new(values.SetItems(ended._values.Except(began._values)));
    }
}
