using System.Text;
using Asgiref.Core.Headers;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Http;

/// <summary>Makes the scope's header fields of the platform's.</summary>
internal static class RequestHeaders
{
    private static readonly byte[] HostName = "host"u8.ToArray();

    /// <summary>
    /// Names in lower case (GAP-02), every value a field of its own in order (HTTP-04, HTTP-21), the host first
    /// (HTTP-23). All bytes of a request share one array. Null when a name has more fields than allowed.
    /// </summary>
    public static AsgiHeaders? Convert(IHeaderDictionary headers, int maxDuplicates)
    {
        var (fields, bytes) = Measure(headers, maxDuplicates);
        if (fields < 0)
        {
            return null;
        }

        var made = new AsgiHeader[fields];
        var writer = new Writer(made, GC.AllocateUninitializedArray<byte>(bytes));
        foreach (var value in headers.Host)
        {
            writer.Add(HostName, value);
        }

        foreach (var (name, values) in headers)
        {
            if (!IsHost(name))
            {
                var nameBytes = HeaderNames.FindLowerCase(name) is { } known ? known : writer.LowerCase(name);
                foreach (var value in values)
                {
                    writer.Add(nameBytes, value);
                }
            }
        }

        return AsgiHeaders.Wrap(made);
    }

    /// <summary>Whether the client takes trailers (EXT-32).</summary>
    public static bool AcceptTrailers(IHeaderDictionary headers)
    {
        foreach (var coding in headers.GetCommaSeparatedValues("TE"))
        {
            if (coding.AsSpan().Trim().Equals("trailers", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static (int Fields, int Bytes) Measure(IHeaderDictionary headers, int maxDuplicates)
    {
        var fields = 0;
        var bytes = 0;
        foreach (var (name, values) in headers)
        {
            if (values.Count > maxDuplicates)
            {
                return (-1, 0);
            }

            fields += values.Count;
            bytes += HeaderNames.FindLowerCase(name) is null ? name.Length : 0;
            bytes += LengthOf(values);
        }

        return (fields, bytes);
    }

    private static int LengthOf(StringValues values)
    {
        var length = 0;
        foreach (var value in values)
        {
            length += value?.Length ?? 0;
        }

        return length;
    }

    private static bool IsHost(string name) => name.Length == 4 && name.Equals("host", StringComparison.OrdinalIgnoreCase);

    private struct Writer(AsgiHeader[] fields, byte[] bytes)
    {
        private int _field;
        private int _byte;

        public ReadOnlyMemory<byte> LowerCase(string name)
        {
            var start = _byte;
            foreach (var character in name)
            {
                bytes[_byte++] = (byte)char.ToLowerInvariant(character);
            }

            return bytes.AsMemory(start, name.Length);
        }

        public void Add(ReadOnlyMemory<byte> name, string? value)
        {
            var length = Encoding.Latin1.GetBytes(value, bytes.AsSpan(_byte));
            fields[_field++] = new AsgiHeader(name, bytes.AsMemory(_byte, length));
            _byte += length;
        }
    }
}
