using System.Numerics;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>
/// Writes the fields of messages just as the generated code does: in rising order, and none that has nothing to say. Each field
/// is counted first, by the sizes here, so that nothing has to be moved when it is written. The counterpart of <see cref="WireFields"/>.
/// </summary>
internal ref struct WireWriter(Span<byte> room)
{
    private const int VarintType = 0;
    private const int LengthDelimitedType = 2;
    private const int VarintBits = 7;

    private Span<byte> _rest = room;

    /// <summary>The bytes of <see cref="PutNumber"/>.</summary>
    public static int SizeOfNumber(int field, ulong number) => number == 0 ? 0 : SizeOfTag(field) + SizeOfVarint(number);

    /// <summary>The bytes of <see cref="PutBytes"/>.</summary>
    public static int SizeOfBytes(int field, int length) => length == 0 ? 0 : SizeOfMessage(field, length);

    /// <summary>The bytes of <see cref="PutHeader"/> and of what follows it.</summary>
    public static int SizeOfMessage(int field, int length) => SizeOfTag(field) + SizeOfVarint((uint)length) + length;

    /// <summary>A field with a number, a flag as 1, or the value of an enumeration; none for 0.</summary>
    public void PutNumber(int field, ulong number)
    {
        if (number != 0)
        {
            PutTag(field, VarintType);
            PutVarint(number);
        }
    }

    /// <summary>A field with bytes; none for no bytes.</summary>
    public void PutBytes(int field, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            PutHeader(field, bytes.Length);
            bytes.CopyTo(Take(bytes.Length));
        }
    }

    /// <summary>Begins a field with a message of that length, which follows, also one of none.</summary>
    public void PutHeader(int field, int length)
    {
        PutTag(field, LengthDelimitedType);
        PutVarint((uint)length);
    }

    /// <summary>The next bytes, for somebody else to write.</summary>
    public Span<byte> Take(int length)
    {
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    // The fields of frames are below 2,048, so that a tag has one byte or two.
    private static int SizeOfTag(int field) => field < 1 << 4 ? 1 : 2;

    private static int SizeOfVarint(ulong number) => (BitOperations.Log2(number | 1) / VarintBits) + 1;

    private void PutTag(int field, int type) => PutVarint((uint)((field << 3) | type));

    private void PutVarint(ulong number)
    {
        var at = 0;
        for (; number >= 0x80; number >>= VarintBits)
        {
            _rest[at++] = (byte)(number | 0x80);
        }

        _rest[at] = (byte)number;
        _rest = _rest[(at + 1)..];
    }
}
