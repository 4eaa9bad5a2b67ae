using System.Collections.Frozen;
using System.Text;
using KnownNames = Microsoft.Net.Http.Headers.HeaderNames;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>The common field names in both shapes, so that they are not made anew for every request.</summary>
internal static class HeaderNames
{
    private static readonly string[] Known =
    [
        KnownNames.Accept, KnownNames.AcceptEncoding, KnownNames.AcceptLanguage, KnownNames.AcceptRanges,
        KnownNames.AccessControlAllowCredentials, KnownNames.AccessControlAllowHeaders, KnownNames.AccessControlAllowMethods,
        KnownNames.AccessControlAllowOrigin, KnownNames.AccessControlExposeHeaders, KnownNames.AccessControlMaxAge,
        KnownNames.AccessControlRequestHeaders, KnownNames.AccessControlRequestMethod, KnownNames.Age, KnownNames.Allow,
        KnownNames.AltSvc, KnownNames.Authorization, KnownNames.CacheControl, KnownNames.Connection, KnownNames.ContentDisposition,
        KnownNames.ContentEncoding, KnownNames.ContentLanguage, KnownNames.ContentLength, KnownNames.ContentLocation,
        KnownNames.ContentRange, KnownNames.ContentSecurityPolicy, KnownNames.ContentType, KnownNames.Cookie, KnownNames.Date,
        KnownNames.DNT, KnownNames.ETag, KnownNames.Expect, KnownNames.Expires, KnownNames.From, KnownNames.GrpcAcceptEncoding,
        KnownNames.GrpcEncoding, KnownNames.GrpcMessage, KnownNames.GrpcStatus, KnownNames.GrpcTimeout, KnownNames.Host,
        KnownNames.IfMatch, KnownNames.IfModifiedSince, KnownNames.IfNoneMatch, KnownNames.IfRange, KnownNames.IfUnmodifiedSince,
        KnownNames.KeepAlive, KnownNames.LastModified, KnownNames.Link, KnownNames.Location, KnownNames.Origin, KnownNames.Pragma,
        KnownNames.Range, KnownNames.Referer, KnownNames.RequestId, KnownNames.RetryAfter, KnownNames.SecWebSocketExtensions,
        KnownNames.SecWebSocketKey, KnownNames.SecWebSocketProtocol, KnownNames.SecWebSocketVersion, KnownNames.Server,
        KnownNames.SetCookie, KnownNames.StrictTransportSecurity, KnownNames.TE, KnownNames.Trailer, KnownNames.TransferEncoding,
        KnownNames.TraceParent, KnownNames.TraceState, KnownNames.Upgrade, KnownNames.UpgradeInsecureRequests, KnownNames.UserAgent,
        KnownNames.Vary, KnownNames.Via, KnownNames.WWWAuthenticate, KnownNames.XContentTypeOptions, KnownNames.XFrameOptions,
        KnownNames.XRequestedWith, KnownNames.XXSSProtection, "Forwarded", "Priority", "Sec-Fetch-Dest", "Sec-Fetch-Mode",
        "Sec-Fetch-Site", "Sec-Fetch-User", "Sec-CH-UA", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "X-Forwarded-For",
        "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "X-Request-ID", "X-SignalR-User-Agent",
    ];

    private static readonly FrozenDictionary<string, byte[]> LowerCase =
        Known.ToFrozenDictionary(name => name, Encode, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<byte>> Texts =
        Known.ToDictionary(name => name, new AsciiNameComparer()).GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The name as ASP.NET Core writes it; an uncommon name as it came.</summary>
    public static string TextOf(ReadOnlySpan<byte> name) => Texts.TryGetValue(name, out var known) ? known : Encoding.Latin1.GetString(name);

    /// <summary>The name as ASGI wants it: lower-case bytes (HTTP-36).</summary>
    public static ReadOnlyMemory<byte> BytesOf(string name) => LowerCase.TryGetValue(name, out var known) ? known : Encode(name);

    private static byte[] Encode(string name)
    {
        var bytes = Encoding.Latin1.GetBytes(name);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(bytes[i] is >= (byte)'A' and <= (byte)'Z' ? bytes[i] | 0x20 : bytes[i]);
        }

        return bytes;
    }

    /// <summary>Compares names and their bytes without regard to the case of ASCII letters.</summary>
    private sealed class AsciiNameComparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
    {
        public string Create(ReadOnlySpan<byte> alternate) => Encoding.Latin1.GetString(alternate);

        public bool Equals(ReadOnlySpan<byte> alternate, string other) => Ascii.EqualsIgnoreCase(alternate, other);

        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = alternate.Length;
            foreach (var value in alternate)
            {
                hash = (hash * 31) + (value | 0x20);
            }

            return hash;
        }

        public int GetHashCode(string obj)
        {
            var hash = obj.Length;
            foreach (var character in obj)
            {
                hash = (hash * 31) + ((byte)character | 0x20);
            }

            return hash;
        }
    }
}
