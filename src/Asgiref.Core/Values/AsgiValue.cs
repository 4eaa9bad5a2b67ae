using System.Text;

namespace Asgiref.Core.Values;

/// <summary>
/// One of the eight kinds of value that an ASGI event may hold (CORE-17). Used where the specification leaves the
/// content free: custom events, extension data, unknown keys. Immutable; equality is by content.
/// </summary>
public abstract record AsgiValue
{
    private AsgiValue()
    {
    }

    /// <summary>The value None.</summary>
    public static AsgiValue None { get; } = new NullValue();

    /// <summary>Text as a value.</summary>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair (PB-02).</exception>
    public static implicit operator AsgiValue(string value) => new TextValue(value);

    /// <summary>A boolean as a value.</summary>
    public static implicit operator AsgiValue(bool value) => new BoolValue(value);

    /// <summary>A 64-bit integer as a value.</summary>
    public static implicit operator AsgiValue(long value) => new Int64Value(value);

    /// <summary>A finite double as a value.</summary>
    /// <exception cref="ArgumentException">The number is NaN or infinite (CORE-17).</exception>
    public static implicit operator AsgiValue(double value) => new DoubleValue(value);

    /// <summary>Bytes as a value; the array must not be changed afterwards.</summary>
    public static implicit operator AsgiValue(byte[] value) => new BytesValue(value);

    /// <summary>None.</summary>
    public sealed record NullValue : AsgiValue;

    /// <summary>A boolean.</summary>
    public sealed record BoolValue(bool Value) : AsgiValue;

    /// <summary>An integer in the signed 64-bit range.</summary>
    public sealed record Int64Value(long Value) : AsgiValue;

    /// <summary>A finite double.</summary>
    public sealed record DoubleValue : AsgiValue
    {
        /// <summary>Creates the value.</summary>
        /// <exception cref="ArgumentException">The number is NaN or infinite (CORE-17).</exception>
        public DoubleValue(double value)
        {
            if (!double.IsFinite(value))
            {
                throw new ArgumentException($"An ASGI value is a finite number; {value} is not.", nameof(value));
            }

            Value = value;
        }

        /// <summary>The number.</summary>
        public double Value { get; }
    }

    /// <summary>Unicode text.</summary>
    public sealed record TextValue : AsgiValue
    {
        /// <summary>Creates the value.</summary>
        /// <exception cref="ArgumentException">The text holds half of a surrogate pair (PB-02).</exception>
        public TextValue(string value)
        {
            AsgiText.ThrowIfNotUnicode(value, nameof(value));
            Value = value;
        }

        /// <summary>The text.</summary>
        public string Value { get; }
    }

    /// <summary>Bytes; never mixed with text (CORE-21).</summary>
    public sealed record BytesValue(ReadOnlyMemory<byte> Value) : AsgiValue
    {
        /// <summary>Compares the bytes.</summary>
        public bool Equals(BytesValue? other) => other is not null && Value.Span.SequenceEqual(other.Value.Span);

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(Value.Span);
            return hash.ToHashCode();
        }
    }

    /// <summary>A list of values.</summary>
    public sealed record ListValue : AsgiValue
    {
        /// <summary>Creates the value of a copy of the items.</summary>
        public ListValue(IReadOnlyList<AsgiValue> items) => Items = [.. items];

        /// <summary>The items, in order.</summary>
        public IReadOnlyList<AsgiValue> Items { get; }

        /// <summary>Compares item by item.</summary>
        public bool Equals(ListValue? other) => other is not null && Items.SequenceEqual(other.Items);

        /// <inheritdoc/>
        public override int GetHashCode() => Items.Aggregate(Items.Count, HashCode.Combine);

        /// <inheritdoc/>
        protected override bool PrintMembers(StringBuilder builder)
        {
            builder.AppendJoin(", ", Items);
            return true;
        }
    }

    /// <summary>Values by text keys.</summary>
    public sealed record MapValue(AsgiValueMap Entries) : AsgiValue;
}
