using System.Text;
using Asgiref.Core.Callables.Transport;
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
    private static readonly string[] KnownTypes = ["application/octet-stream", "application/json"];

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
        var span = message.Span;
        var at = 0;
        if (!TryReadHeader(span, ref at, (byte)((field << WireTypeBits) | LengthDelimited), out var length) || at + length != span.Length)
        {
            return false;
        }

        var contentType = "";
        if (TryReadHeader(span, ref at, ContentTypeTag, out length))
        {
            if (!Ascii.IsValid(span.Slice(at, length)))
            {
                return false;
            }

            contentType = TypeOf(span.Slice(at, length));
            at += length;
        }

        var data = ReadOnlyMemory<byte>.Empty;
        if (TryReadHeader(span, ref at, DataTag, out length))
        {
            data = message.Slice(at, length);
            at += length;
        }

        payload = new CallPayload(contentType, data);
        return at == span.Length;
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

    /// <summary>Reads the tag and the length of a field, if it comes next and all of it is there.</summary>
    private static bool TryReadHeader(ReadOnlySpan<byte> message, ref int at, byte tag, out int length)
    {
        length = 0;
        if (at >= message.Length || message[at] != tag)
        {
            return false;
        }

        // Up to 28 bits: more than any event has.
        var next = at + 1;
        for (var shift = 0; shift <= 21 && next < message.Length; shift += 7)
        {
            var part = message[next++];
            length |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                if (length > message.Length - next)
                {
                    return false;
                }

                at = next;
                return true;
            }
        }

        return false;
    }
}
