using Asgiref.Core.Headers;
using Google.Protobuf.Collections;

namespace Bridge.Protocol.Mapping;

internal static class HeaderMapping
{
    public static void AddTo(RepeatedField<V1.Header> fields, AsgiHeaders headers, string owner)
    {
        if (headers.Count == 0)
        {
            return;
        }

        fields.Capacity = headers.Count;
        foreach (ref readonly var header in headers.AsSpan())
        {
            Check(header.Name.Span, owner, fields.Count);
            fields.Add(new V1.Header { Name = BytesMapping.ToMessage(header.Name), Value = BytesMapping.ToMessage(header.Value) });
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
            Check(fields[i].Name.Span, owner, i);
            headers[i] = new AsgiHeader(BytesMapping.FromMessage(fields[i].Name), BytesMapping.FromMessage(fields[i].Value));
        }

        return AsgiHeaders.Wrap(headers);
    }

    private static void Check(ReadOnlySpan<byte> name, string owner, int index)
    {
        if (name.IsEmpty)
        {
            MappingChecks.Fail($"{owner}.headers[{index}].name", "the header name is empty.");
        }

        if (name[0] == (byte)':')
        {
            MappingChecks.Fail($"{owner}.headers[{index}].name", "a pseudo header does not cross the bridge.");
        }
    }
}
