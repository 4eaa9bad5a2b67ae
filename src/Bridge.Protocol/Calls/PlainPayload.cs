using System.Text;
using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Sessions.Wire;
using Google.Protobuf;

namespace Bridge.Protocol.Calls;

/// <summary>
/// Reads and writes messages that hold one <see cref="V1.CallPayload"/> and nothing else, which nearly all heads and events of calls
/// are, without making message objects: those cost more than the rest of what a call does with its bytes. Everything else is
/// left to the generated code. Stateless and safe for concurrent use.
/// </summary>
internal static class PlainPayload
{
    private const int LengthDelimited = 2;
    private const int WireTypeBits = 3;
    private const byte ContentTypeTag = (V1.CallPayload.ContentTypeFieldNumber << WireTypeBits) | LengthDelimited;
    private const byte DataTag = (V1.CallPayload.DataFieldNumber << WireTypeBits) | LengthDelimited;

    // Those of the codecs of bytes and of JSON, which need not be made anew for each call.
    private static readonly string[] KnownTypes = ["", "application/octet-stream", "application/json"];

    /// <summary>Writes the message whose one field is the payload.</summary>
    /// <param name="field">The field's number, below 16.</param>
    /// <param name="payload">The payload.</param>
    /// <returns>Null if the payload's content type is not plain ASCII.</returns>
    public static byte[]? Write(int field, CallPayload payload)
    {
        var contentType = payload.ContentType ?? "";
        if (!Ascii.IsValid(contentType))
        {
            return null;
        }

        var length = SizeOf(contentType.Length) + SizeOf(payload.Data.Length);
        var message = new byte[1 + CodedOutputStream.ComputeLengthSize(length) + length];
        var rest = message.AsSpan();
        WriteHeader((byte)((field << WireTypeBits) | LengthDelimited), length, ref rest);
        if (contentType.Length > 0)
        {
            WriteHeader(ContentTypeTag, contentType.Length, ref rest);
            Encoding.ASCII.GetBytes(contentType, rest);
            rest = rest[contentType.Length..];
        }

        if (!payload.Data.IsEmpty)
        {
            WriteHeader(DataTag, payload.Data.Length, ref rest);
            payload.Data.Span.CopyTo(rest);
        }

        return message;
    }

    /// <summary>Reads such a message. Its bytes are not copied.</summary>
    /// <returns>False if the message is anything else, also if it is none.</returns>
    public static bool TryRead(int field, ReadOnlyMemory<byte> message, out CallPayload payload)
    {
        payload = default;
        var fields = new WireFields(message.Span);
        if (!fields.TryTakeBytes(field, out var bytes) || !fields.IsDone)
        {
            return false;
        }

        fields = new WireFields(bytes);
        fields.TryTakeBytes(V1.CallPayload.ContentTypeFieldNumber, out var contentType);
        fields.TryTakeBytes(V1.CallPayload.DataFieldNumber, out var data);
        if (!fields.IsDone || !Ascii.IsValid(contentType))
        {
            return false;
        }

        // The data are the end of the message.
        payload = new CallPayload(TypeOf(contentType), message[^data.Length..]);
        return true;
    }

    private static string TypeOf(ReadOnlySpan<byte> contentType)
    {
        foreach (var known in KnownTypes)
        {
            if (Ascii.Equals(contentType, known))
            {
                return known;
            }
        }

        return Encoding.ASCII.GetString(contentType);
    }

    private static int SizeOf(int length) => length == 0 ? 0 : 1 + CodedOutputStream.ComputeLengthSize(length) + length;

    private static void WriteHeader(byte tag, int length, ref Span<byte> rest)
    {
        rest[0] = tag;
        var at = 1;
        for (var left = (uint)length; ; left >>= 7)
        {
            if (left < 0x80)
            {
                rest[at++] = (byte)left;
                break;
            }

            rest[at++] = (byte)(left | 0x80);
        }

        rest = rest[at..];
    }
}
