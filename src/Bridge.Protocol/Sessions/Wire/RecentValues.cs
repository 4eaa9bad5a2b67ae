using System.Text;
using Google.Protobuf;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>
/// The names and ids that came last, to be used again when they come again: a session is asked for few callables, by few
/// processes. Never more than <see cref="Slots"/> of each; a new one takes the place of another. For one reader.
/// </summary>
internal sealed class RecentValues
{
    private const int Slots = 64;

    private readonly string?[] _names = new string?[Slots];
    private readonly ByteString?[] _ids = new ByteString?[Slots];

    /// <summary>The text of ASCII bytes, at least one.</summary>
    public string Name(ReadOnlySpan<byte> ascii)
    {
        ref var name = ref _names[(ascii.Length + (7 * ascii[0]) + (31 * ascii[^1])) % Slots];
        if (name is null || !Ascii.Equals(ascii, name))
        {
            name = Encoding.ASCII.GetString(ascii);
        }

        return name;
    }

    /// <summary>The bytes of an id, of <see cref="WireId.Length"/>; random, so that any of them spreads.</summary>
    public ByteString Id(ReadOnlySpan<byte> bytes)
    {
        ref var id = ref _ids[bytes[0] % Slots];
        if (id is null || !id.Span.SequenceEqual(bytes))
        {
            id = ByteString.CopyFrom(bytes);
        }

        return id;
    }
}
