using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Server.Callables;

/// <summary>Looks at the events of calls, which the bridge passes on unread.</summary>
internal static class CallEvents
{
    private const int WireTypeBits = 3;
    private const int WireTypeMask = (1 << WireTypeBits) - 1;
    private const int LengthDelimited = 2;
    private const int MoreBit = 0x80;

    /// <summary>What the event is, by its fields; their contents are skipped, not copied.</summary>
    public static CallEventKind KindOf(ReadOnlyMemory<byte> callEvent) => TryKindOfKnown(callEvent.Span, out var kind) ? kind : KindOfAny(callEvent);

    /// <summary>All fields of this contract's events are messages with short tags. False for any other bytes.</summary>
    private static bool TryKindOfKnown(ReadOnlySpan<byte> rest, out CallEventKind kind)
    {
        kind = CallEventKind.None;
        while (!rest.IsEmpty)
        {
            var tag = rest[0];
            if ((tag & (MoreBit | WireTypeMask)) != LengthDelimited || tag >> WireTypeBits == 0)
            {
                return false;
            }

            // Up to 28 bits: more than any event has.
            int length = 0, at = 1, shift = 0, part;
            do
            {
                if (at == rest.Length || shift > 21)
                {
                    return false;
                }

                part = rest[at++];
                length |= (part & ~MoreBit) << shift;
                shift += 7;
            }
            while ((part & MoreBit) != 0);

            if (length > rest.Length - at)
            {
                return false;
            }

            kind = KindOfField(tag >> WireTypeBits) ?? kind;
            rest = rest[(at + length)..];
        }

        return true;
    }

    private static CallEventKind KindOfAny(ReadOnlyMemory<byte> callEvent)
    {
        var kind = CallEventKind.None;
        try
        {
            using var input = new CodedInputStream(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(callEvent, out var bytes)
                ? bytes.Array!
                : callEvent.ToArray(), bytes.Array is null ? 0 : bytes.Offset, callEvent.Length);
            for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                kind = KindOfField((int)(tag >> WireTypeBits)) ?? kind;
                input.SkipLastField();
            }

            return kind;
        }
        catch (InvalidProtocolBufferException)
        {
            return CallEventKind.None;
        }
    }

    private static CallEventKind? KindOfField(int number) => number switch
    {
        CallEvent.ItemFieldNumber => CallEventKind.Item,
        CallEvent.ResultFieldNumber => CallEventKind.Result,
        CallEvent.ErrorFieldNumber => CallEventKind.Error,
        _ => null,
    };
}
