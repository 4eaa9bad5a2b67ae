using System.Collections.Frozen;
using System.Text;
using KnownNames = Microsoft.Net.Http.Headers.HeaderNames;

namespace Bridge.Server.Http;

/// <summary>The common field names in both shapes, so that they are not made anew for every request.</summary>
internal static class HeaderNames
{
    private const int LongestKnown = 64;

    private static readonly string[] Known =
    [
        KnownNames.Accept, KnownNames.AcceptCharset, KnownNames.AcceptEncoding, KnownNames.AcceptLanguage, KnownNames.AcceptRanges,
        KnownNames.AccessControlAllowCredentials, KnownNames.AccessControlAllowHeaders, KnownNames.AccessControlAllowMethods,
        KnownNames.AccessControlAllowOrigin, KnownNames.AccessControlExposeHeaders, KnownNames.AccessControlMaxAge,
        KnownNames.AccessControlRequestHeaders, KnownNames.AccessControlRequestMethod, KnownNames.Age, KnownNames.Allow,
        KnownNames.AltSvc, KnownNames.Authorization, KnownNames.CacheControl, KnownNames.Connection, KnownNames.ContentDisposition,
        KnownNames.ContentEncoding, KnownNames.ContentLanguage, KnownNames.ContentLength, KnownNames.ContentLocation,
        KnownNames.ContentRange, KnownNames.ContentSecurityPolicy, KnownNames.ContentType, KnownNames.Cookie, KnownNames.Date,
        KnownNames.DNT, KnownNames.ETag, KnownNames.Expect, KnownNames.Expires, KnownNames.From, KnownNames.Host, KnownNames.IfMatch,
        KnownNames.IfModifiedSince, KnownNames.IfNoneMatch, KnownNames.IfRange, KnownNames.IfUnmodifiedSince, KnownNames.KeepAlive,
        KnownNames.LastModified, KnownNames.Link, KnownNames.Location, KnownNames.Origin, KnownNames.Pragma, KnownNames.Range,
        KnownNames.Referer, KnownNames.RequestId, KnownNames.RetryAfter, KnownNames.Server, KnownNames.SetCookie,
        KnownNames.StrictTransportSecurity, KnownNames.TE, KnownNames.Trailer, KnownNames.TransferEncoding, KnownNames.TraceParent,
        KnownNames.TraceState, KnownNames.Upgrade, KnownNames.UpgradeInsecureRequests, KnownNames.UserAgent, KnownNames.Vary,
        KnownNames.Via, KnownNames.WWWAuthenticate, KnownNames.XContentTypeOptions, KnownNames.XFrameOptions,
        KnownNames.XRequestedWith, KnownNames.XXSSProtection, "Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
        "X-Forwarded-Proto", "X-Real-IP", "X-Request-ID", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User",
        "Sec-CH-UA", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "Priority",
    ];

    private static readonly FrozenDictionary<string, byte[]> LowerCase =
        Known.ToFrozenDictionary(name => name, name => Encoding.ASCII.GetBytes(name.ToLowerInvariant()), StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Texts =
        Known.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The shared lower-case bytes of a common name; null for any other name.</summary>
    public static byte[]? FindLowerCase(string name) => LowerCase.GetValueOrDefault(name);

    /// <summary>The name as the platform's text.</summary>
    public static string TextOf(ReadOnlySpan<byte> name)
    {
        if (name.Length <= LongestKnown)
        {
            Span<char> text = stackalloc char[name.Length];
            Encoding.Latin1.GetChars(name, text);
            return Texts.TryGetValue(text, out var known) ? known : new string(text);
        }

        return Encoding.Latin1.GetString(name);
    }
}
