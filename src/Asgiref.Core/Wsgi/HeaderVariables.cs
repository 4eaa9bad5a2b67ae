using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Asgiref.Core.Wsgi;

/// <summary>
/// Names the environ variable of a request header (WSGI-16, WSGI-17): usual headers without an allocation.
/// </summary>
internal static class HeaderVariables
{
    private static readonly FrozenDictionary<byte[], string> Usual = new[]
    {
        "accept", "accept-charset", "accept-encoding", "accept-language", "access-control-request-headers",
        "access-control-request-method", "authorization", "cache-control", "connection", "content-encoding",
        "content-language", "content-length", "content-type", "cookie", "date", "dnt", "expect", "forwarded", "from",
        "host", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "keep-alive",
        "max-forwards", "origin", "pragma", "priority", "range", "referer", "sec-ch-ua", "sec-ch-ua-mobile",
        "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user", "te",
        "traceparent", "tracestate", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent", "via",
        "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-request-id", "x-requested-with",
    }.ToFrozenDictionary(Encoding.ASCII.GetBytes, static name => Make(Encoding.ASCII.GetBytes(name)), new CaselessNames());

    private static readonly FrozenDictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> ByName =
        Usual.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The variable for a header name.</summary>
    /// <returns>
    /// False for a name with an underscore: it could pass for a header of the same name with a hyphen, which a proxy in
    /// front may have vouched for (WSGI-19).
    /// </returns>
    public static bool TryName(ReadOnlySpan<byte> header, [NotNullWhen(true)] out string? variable)
    {
        if (ByName.TryGetValue(header, out variable))
        {
            return true;
        }

        if (header.Contains((byte)'_'))
        {
            return false;
        }

        variable = Make(header);
        return true;
    }

    private static string Make(ReadOnlySpan<byte> header)
    {
        if (Ascii.EqualsIgnoreCase(header, "content-type"u8) || Ascii.EqualsIgnoreCase(header, "content-length"u8))
        {
            return Upper(header, "");
        }

        return Upper(header, "HTTP_");
    }

    private static string Upper(ReadOnlySpan<byte> header, string prefix) =>
        string.Create(prefix.Length + header.Length, new State(header, prefix), static (text, state) =>
        {
            state.Prefix.CopyTo(text);
            var name = text[state.Prefix.Length..];
            for (var i = 0; i < name.Length; i++)
            {
                name[i] = state.Header[i] switch
                {
                    (byte)'-' => '_',
                    >= (byte)'a' and <= (byte)'z' and var lower => (char)(lower - 32),
                    var other => (char)other,
                };
            }
        });

    private readonly ref struct State(ReadOnlySpan<byte> header, string prefix)
    {
        public ReadOnlySpan<byte> Header { get; } = header;

        public string Prefix { get; } = prefix;
    }

    private sealed class CaselessNames : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => Ascii.EqualsIgnoreCase(x, y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => Ascii.EqualsIgnoreCase(alternate, other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            // FNV-1a over the bytes with their case bit set: names are short and known beforehand.
            var hash = 2166136261u;
            foreach (var part in alternate)
            {
                hash = (hash ^ (uint)(part | 0x20)) * 16777619u;
            }

            return (int)hash;
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
