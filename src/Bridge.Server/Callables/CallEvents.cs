using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Server.Callables;

/// <summary>Looks at the events of calls, which the bridge passes on unread.</summary>
internal static class CallEvents
{
    private const int WireTypeBits = 3;

    /// <summary>What the event is, by its fields; their contents are skipped, not copied.</summary>
    public static CallEventKind KindOf(ReadOnlyMemory<byte> callEvent)
    {
        var kind = CallEventKind.None;
        try
        {
            using var input = new CodedInputStream(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(callEvent, out var bytes)
                ? bytes.Array!
                : callEvent.ToArray(), bytes.Array is null ? 0 : bytes.Offset, callEvent.Length);
            for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                kind = (tag >> WireTypeBits) switch
                {
                    CallEvent.ItemFieldNumber => CallEventKind.Item,
                    CallEvent.ResultFieldNumber => CallEventKind.Result,
                    CallEvent.ErrorFieldNumber => CallEventKind.Error,
                    _ => kind,
                };
                input.SkipLastField();
            }

            return kind;
        }
        catch (InvalidProtocolBufferException)
        {
            return CallEventKind.None;
        }
    }
}
