using System.Buffers;
using System.Text;

namespace Bridge.Server.Http;

/// <summary>
/// The request target, cut from its exact text. The platform's own path is of no use here: it drops dot segments and
/// leaves %2F and what is not UTF-8 encoded (KES-03).
/// </summary>
/// <param name="Path">The path, percent sequences and UTF-8 decoded; what is not UTF-8 becomes U+FFFD (GAP-18).</param>
/// <param name="RawPath">The path's bytes as they came.</param>
/// <param name="QueryString">The bytes after the "?".</param>
internal readonly record struct RequestTarget(string Path, ReadOnlyMemory<byte> RawPath, ReadOnlyMemory<byte> QueryString)
{
    private static readonly byte[] Root = "/"u8.ToArray();

    /// <summary>Takes origin form, absolute form (only its path counts) and "*" (GAP-17).</summary>
    public static RequestTarget Parse(string target)
    {
        var pathStart = FindPath(target);
        var queryMark = target.IndexOf('?', pathStart);
        var pathEnd = queryMark < 0 ? target.Length : queryMark;
        var bytes = Encoding.Latin1.GetBytes(target);
        var query = queryMark < 0 ? ReadOnlyMemory<byte>.Empty : bytes.AsMemory(queryMark + 1);
        if (pathEnd == pathStart)
        {
            return new RequestTarget("/", Root, query);
        }

        var raw = bytes.AsMemory(pathStart, pathEnd - pathStart);
        var path = raw.Span.Contains((byte)'%') ? Decode(raw.Span) : target[pathStart..pathEnd];
        return new RequestTarget(path, raw, query);
    }

    /// <summary>Writes a decoded prefix as path bytes, for a prefix that a proxy has removed.</summary>
    public static byte[] Encode(string path) =>
        Encoding.ASCII.GetBytes(string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));

    private static int FindPath(string target)
    {
        if (target.Length == 0 || target[0] is '/' or '*')
        {
            return 0;
        }

        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
        {
            return 0;
        }

        var end = target.AsSpan(authority + 3).IndexOfAny('/', '?');
        return end < 0 ? target.Length : authority + 3 + end;
    }

    private static string Decode(ReadOnlySpan<byte> raw)
    {
        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                rented[length++] = (byte)((HexValue(raw[i + 1]) << 4) | HexValue(raw[i + 2]));
                i += 2;
            }
            else
            {
                rented[length++] = raw[i];
            }
        }

        var path = Encoding.UTF8.GetString(rented, 0, length);
        ArrayPool<byte>.Shared.Return(rented);
        return path;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
