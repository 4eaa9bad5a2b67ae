using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Asgiref.Core.Headers;

/// <summary>
/// Header fields in the order they were given, repeats included (HTTP-04, HTTP-21). Immutable; equality is by content.
/// </summary>
[CollectionBuilder(typeof(AsgiHeaders), nameof(Create))]
public sealed class AsgiHeaders : IReadOnlyList<AsgiHeader>, IEquatable<AsgiHeaders>
{
    private readonly AsgiHeader[] _fields;

    private AsgiHeaders(AsgiHeader[] fields) => _fields = fields;

    /// <summary>No header fields.</summary>
    public static AsgiHeaders Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _fields.Length;

    /// <inheritdoc/>
    public AsgiHeader this[int index] => _fields[index];

    /// <summary>Makes a list of the given fields.</summary>
    public static AsgiHeaders Create(params ReadOnlySpan<AsgiHeader> fields) => fields.IsEmpty ? Empty : new AsgiHeaders(fields.ToArray());

    /// <summary>Takes over an array without copying it; the caller must not touch it afterwards.</summary>
    public static AsgiHeaders Wrap(AsgiHeader[] fields) => fields.Length == 0 ? Empty : new AsgiHeaders(fields);

    /// <summary>Makes a list of name and value texts (latin-1).</summary>
    /// <exception cref="ArgumentException">A character is above U+00FF.</exception>
    public static AsgiHeaders Of(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var made = new AsgiHeader[fields.Length];
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = new AsgiHeader(fields[i].Name, fields[i].Value);
        }

        return Wrap(made);
    }

    /// <summary>The fields as a span, for loops that must not allocate.</summary>
    public ReadOnlySpan<AsgiHeader> AsSpan() => _fields;

    /// <summary>The value of the first field with this name, whatever its case, as latin-1 text.</summary>
    /// <returns>False if there is no such field.</returns>
    public bool TryGetText(string asciiName, [MaybeNullWhen(false)] out string value)
    {
        value = GetTexts(asciiName).FirstOrDefault();
        return value is not null;
    }

    /// <summary>The values of every field with this name, whatever its case, in order, as latin-1 text.</summary>
    public IEnumerable<string> GetTexts(string asciiName)
    {
        var name = Encoding.ASCII.GetBytes(asciiName);
        foreach (var field in _fields)
        {
            if (field.IsNamed(name))
            {
                yield return field.ValueText;
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerator<AsgiHeader> GetEnumerator() => ((IEnumerable<AsgiHeader>)_fields).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(AsgiHeaders? other) => other is not null && _fields.AsSpan().SequenceEqual(other._fields);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AsgiHeaders);

    /// <inheritdoc/>
    public override int GetHashCode() => _fields.Aggregate(Count, (hash, field) => HashCode.Combine(hash, field));

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", _fields);
}
