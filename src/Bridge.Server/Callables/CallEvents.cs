using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Server.Callables;

/// <summary>Looks at the events of calls, which the bridge passes on unread.</summary>
internal static class CallEvents
{
    /// <summary>What the event is, by its fields; their contents are skipped, not copied.</summary>
    public static CallEventKind KindOf(ReadOnlyMemory<byte> callEvent) => TryKindOfKnown(callEvent.Span, out var kind) ? kind : KindOfAny(callEvent);

    /// <summary>False for what writers do not write so.</summary>
    private static bool TryKindOfKnown(ReadOnlySpan<byte> callEvent, out CallEventKind kind)
    {
        kind = CallEventKind.None;
        var fields = new WireFields(callEvent);
        for (var number = 1; number <= CallEvent.ContextFieldNumber; number++)
        {
            if (fields.TryTakeBytes(number, out _))
            {
                kind = KindOfField(number) ?? kind;
            }
        }

        return fields.IsDone;
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
                kind = KindOfField(WireFormat.GetTagFieldNumber(tag)) ?? kind;
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
