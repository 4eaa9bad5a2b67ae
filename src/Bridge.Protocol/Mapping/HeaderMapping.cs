using System.Buffers;
using System.Text;
using Asgiref.Core.Headers;
using Google.Protobuf.Collections;

namespace Bridge.Protocol.Mapping;

/// <summary>
/// Header fields, checked in both directions (RFC 9110 section 5): a peer that passed on a line break would let its client
/// split a message. Names come out in lower case (HTTP-36, GAP-02), however they went in.
/// </summary>
internal static class HeaderMapping
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private static readonly SearchValues<byte> ForbiddenInValues = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(value => value != '\t').Append(0x7f).Select(value => (byte)value)]);

    public static void AddTo(RepeatedField<V1.Header> fields, AsgiHeaders headers, string owner)
    {
        if (headers.Count == 0)
        {
            return;
        }

        fields.Capacity = headers.Count;
        foreach (ref readonly var header in headers.AsSpan())
        {
            Check(header, owner, fields.Count);
            fields.Add(new V1.Header { Name = BytesMapping.ToMessage(LowerCase(header.Name)), Value = BytesMapping.ToMessage(header.Value) });
        }
    }

    public static AsgiHeaders FromMessage(RepeatedField<V1.Header> fields, string owner)
    {
        if (fields.Count == 0)
        {
            return AsgiHeaders.Empty;
        }

        var headers = new AsgiHeader[fields.Count];
        for (var i = 0; i < headers.Length; i++)
        {
            var header = new AsgiHeader(BytesMapping.FromMessage(fields[i].Name), BytesMapping.FromMessage(fields[i].Value));
            Check(header, owner, i);
            headers[i] = header with { Name = LowerCase(header.Name) };
        }

        return AsgiHeaders.Wrap(headers);
    }

    private static void Check(in AsgiHeader header, string owner, int index)
    {
        var name = header.Name.Span;
        if (name.IsEmpty)
        {
            MappingChecks.Fail($"{owner}.headers[{index}].name", "the header name is empty.");
        }

        if (name[0] == (byte)':')
        {
            MappingChecks.Fail($"{owner}.headers[{index}].name", "a pseudo header does not cross the bridge.");
        }

        if (name.ContainsAnyExcept(TokenBytes))
        {
            MappingChecks.Fail($"{owner}.headers[{index}].name", "the header name holds a byte that no field name may have.");
        }

        if (header.Value.Span.ContainsAny(ForbiddenInValues))
        {
            MappingChecks.Fail($"{owner}.headers[{index}].value", "the header value holds a control character.");
        }
    }

    private static ReadOnlyMemory<byte> LowerCase(ReadOnlyMemory<byte> name)
    {
        if (!name.Span.ContainsAnyInRange((byte)'A', (byte)'Z'))
        {
            return name;
        }

        var lower = new byte[name.Length];
        Ascii.ToLower(name.Span, lower, out _);
        return lower;
    }
}
