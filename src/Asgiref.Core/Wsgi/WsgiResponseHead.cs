using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;

namespace Asgiref.Core.Wsgi;

/// <summary>A checked status and header list, ready to be sent (PEP-18, PEP-41, PEP-42, WSGI-26 to WSGI-28).</summary>
internal sealed class WsgiResponseHead
{
    private const string ContentLengthName = "content-length";

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // The hop-by-hop headers of RFC 2616 13.5.1 that PEP 3333 names, and the real name of Trailer.
    private static readonly FrozenSet<string> HopByHop = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "trailers", "transfer-encoding", "upgrade");

    private static readonly FrozenDictionary<string, byte[]> UsualNames = new[]
    {
        "accept-ranges", "access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods",
        "access-control-allow-origin", "age", "allow", "cache-control", "content-disposition", "content-encoding",
        "content-language", ContentLengthName, "content-location", "content-range", "content-security-policy", "content-type",
        "date", "etag", "expires", "last-modified", "link", "location", "referrer-policy", "retry-after", "server", "set-cookie",
        "strict-transport-security", "vary", "www-authenticate", "x-content-type-options", "x-frame-options", "x-request-id",
    }.ToFrozenDictionary(static name => name, Encoding.ASCII.GetBytes, StringComparer.OrdinalIgnoreCase);

    private readonly int _status;
    private AsgiHeader[] _fields;

    private WsgiResponseHead(int status, AsgiHeader[] fields, long? contentLength)
    {
        _status = status;
        _fields = fields;
        ContentLength = contentLength;
    }

    /// <summary>The length that the body must have; null if it was not declared.</summary>
    public long? ContentLength { get; private set; }

    /// <summary>Whether the status forbids a body; a Content-Length may still be there (304) and means nothing here.</summary>
    public bool IsBodyless => _status is 204 or 205 or 304;

    /// <summary>Checks what <c>start_response</c> was given.</summary>
    /// <exception cref="WsgiProtocolException">Something in it is not allowed.</exception>
    public static WsgiResponseHead Parse(string status, IReadOnlyList<(string Name, string Value)> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var code = ParseStatus(status);
        var fields = new AsgiHeader[headers.Count];
        var count = 0;
        long? contentLength = null;
        for (var i = 0; i < fields.Length; i++)
        {
            var (name, value) = headers[i];
            CheckName(name);
            CheckValue(name, value);
            if (name.Equals(ContentLengthName, StringComparison.OrdinalIgnoreCase))
            {
                var length = ParseLength(value);
                if (contentLength == length)
                {
                    continue;
                }

                contentLength = contentLength is null
                    ? length
                    : throw new WsgiProtocolException($"start_response: Content-Length is both {contentLength} and {length}.");
            }

            fields[count++] = new AsgiHeader(NameBytes(name), Encoding.Latin1.GetBytes(value));
        }

        Array.Resize(ref fields, count);
        return new WsgiResponseHead(code, fields, contentLength);
    }

    /// <summary>Declares the length of the body; nothing happens if the application did, or if there will be no body.</summary>
    public void DeclareLength(long length)
    {
        if (ContentLength is not null || IsBodyless)
        {
            return;
        }

        ContentLength = length;
        Array.Resize(ref _fields, _fields.Length + 1);
        _fields[^1] = new AsgiHeader(UsualNames[ContentLengthName], Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
    }

    public HttpResponseStartEvent ToEvent() => new() { Status = _status, Headers = AsgiHeaders.Wrap(_fields) };

    private static int ParseStatus(string status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var space = status.IndexOf(' ', StringComparison.Ordinal);
        var digits = space < 0 ? status : status.AsSpan(0, space);
        if (digits.Length == 3 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && code is >= 200 and <= 599 && !HasControls(status))
        {
            return code;
        }

        throw new WsgiProtocolException(
            $"start_response: the status \"{Printable(status)}\" is not a number from 200 to 599, alone or with a reason after a space.");
    }

    private static void CheckName(string name)
    {
        if (string.IsNullOrEmpty(name) || name.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            throw new WsgiProtocolException($"start_response: \"{Printable(name ?? "")}\" is not a header name.");
        }

        if (HopByHop.Contains(name))
        {
            throw new WsgiProtocolException($"start_response: {name} is a hop-by-hop header; only the server sets it.");
        }
    }

    private static void CheckValue(string name, string value)
    {
        if (value is null || HasControls(value) || !Latin1.Is(value))
        {
            throw new WsgiProtocolException(
                $"start_response: the value of {name} is missing or holds a control character or one above U+00FF.");
        }
    }

    private static long ParseLength(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new WsgiProtocolException($"start_response: Content-Length \"{value}\" is not a number of bytes.");

    private static bool HasControls(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Contains('\u007f', StringComparison.Ordinal);

    private static string Printable(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));

    private static byte[] NameBytes(string name) =>
        UsualNames.TryGetValue(name, out var bytes) ? bytes : Encoding.ASCII.GetBytes(name.ToLowerInvariant());
}
