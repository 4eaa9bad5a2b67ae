using System.Text;

namespace Asgiref.Core.Headers;

/// <summary>
/// One header field: two byte strings, carried as they are (HTTP-04). Names are lower-case by convention (HTTP-36).
/// Equality is by content. Immutable, as long as nobody changes the bytes it was given.
/// </summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The field value.</param>
public readonly record struct AsgiHeader(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>Makes a header of two latin-1 texts.</summary>
    /// <exception cref="ArgumentException">A character is above U+00FF.</exception>
    public AsgiHeader(string name, string value)
        : this(Latin1(name, nameof(name)), Latin1(value, nameof(value)))
    {
    }

    /// <summary>The name as text, byte for byte (latin-1).</summary>
    public string NameText => Encoding.Latin1.GetString(Name.Span);

    /// <summary>The value as text, byte for byte (latin-1).</summary>
    public string ValueText => Encoding.Latin1.GetString(Value.Span);

    /// <summary>Whether the name is this one, whatever its case.</summary>
    /// <param name="asciiName">An ASCII name.</param>
    public bool IsNamed(ReadOnlySpan<byte> asciiName) => Ascii.EqualsIgnoreCase(Name.Span, asciiName);

    /// <summary>Compares both byte strings.</summary>
    public bool Equals(AsgiHeader other) => Name.Span.SequenceEqual(other.Name.Span) && Value.Span.SequenceEqual(other.Value.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Name.Span);
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{NameText}: {ValueText}";

    private static byte[] Latin1(string text, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text, parameter);
        var high = text.AsSpan().IndexOfAnyExceptInRange('\0', '\u00ff');
        return high < 0
            ? Encoding.Latin1.GetBytes(text)
            : throw new ArgumentException($"The character at index {high} has no latin-1 form.", parameter);
    }
}
