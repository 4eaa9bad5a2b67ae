namespace Bridge.Protocol.Sessions.Wire;

/// <summary>
/// The fields of one message, taken in the rising order in which writers write them, each at most once unless it is repeated.
/// Anything else is not read but left: <see cref="IsDone"/> tells whether all of the message was understood. Reads nothing
/// outside the span.
/// </summary>
internal ref struct WireFields(ReadOnlySpan<byte> message)
{
    private const int VarintType = 0;
    private const int LengthDelimitedType = 2;
    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> _rest = message;
    private bool _failed;

    /// <summary>Whether the message has ended behind what was taken.</summary>
    public readonly bool IsDone => _rest.IsEmpty && !_failed;

    /// <summary>The bytes that are not taken yet.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>The number in the field, if that comes next, else 0. Beyond <paramref name="max"/> it is not understood.</summary>
    public ulong TakeNumber(int field, ulong max = ulong.MaxValue)
    {
        if (!TrySkipTag(field, VarintType))
        {
            return 0;
        }

        var number = TakeVarint();
        _failed |= number > max;
        return number;
    }

    /// <summary>The bytes of the field, if that comes next.</summary>
    public bool TryTakeBytes(int field, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TrySkipTag(field, LengthDelimitedType))
        {
            return false;
        }

        var length = TakeVarint();
        if (_failed || length > (ulong)_rest.Length)
        {
            _failed = true;
            return false;
        }

        bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    private bool TrySkipTag(int field, int type)
    {
        // The fields of frames are below 2,048, so that a tag has one byte or two.
        var tag = (field << 3) | type;
        if (tag < 0x80)
        {
            if (_rest.Length < 1 || _rest[0] != tag)
            {
                return false;
            }

            _rest = _rest[1..];
            return true;
        }

        if (_rest.Length < 2 || _rest[0] != ((tag & 0x7F) | 0x80) || _rest[1] != tag >> 7)
        {
            return false;
        }

        _rest = _rest[2..];
        return true;
    }

    private ulong TakeVarint()
    {
        ulong number = 0;
        for (var index = 0; index < _rest.Length && index < MaxVarintBytes; index++)
        {
            var next = _rest[index];
            number |= (ulong)(next & 0x7F) << (7 * index);
            if (next < 0x80)
            {
                _rest = _rest[(index + 1)..];
                return number;
            }
        }

        _failed = true;
        return 0;
    }
}
