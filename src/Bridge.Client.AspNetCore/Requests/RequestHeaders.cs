using System.Text;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>Makes the platform's header dictionary of a scope's fields.</summary>
internal static class RequestHeaders
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Values of one name in their order. Values are UTF-8, as on Kestrel; those that are not, which Kestrel would have refused,
    /// are read byte for byte. Cookies that HTTP/2 has split are joined again.
    /// </summary>
    public static HeaderDictionary Convert(AsgiHeaders fields, string httpVersion)
    {
        var headers = new HeaderDictionary(fields.Count);
        foreach (ref readonly var field in fields.AsSpan())
        {
            var name = HeaderNames.TextOf(field.Name.Span);
            var value = TextOf(field.Value.Span);
            var before = headers[name];
            if (before.Count == 0)
            {
                headers[name] = value;
            }
            else if (name == Microsoft.Net.Http.Headers.HeaderNames.Cookie && httpVersion is not ("1.0" or "1.1"))
            {
                headers[name] = $"{before}; {value}";
            }
            else
            {
                headers[name] = StringValues.Concat(before, value);
            }
        }

        return headers;
    }

    /// <summary>Puts back what a handshake is known by, for drivers that leave it to the scope's own keys.</summary>
    public static void CompleteHandshake(IHeaderDictionary headers, WebSocketScope scope)
    {
        if (scope.HttpVersionOrDefault == "1.1")
        {
            if (headers.Connection.Count == 0)
            {
                headers.Connection = "Upgrade";
            }

            if (headers.Upgrade.Count == 0)
            {
                headers.Upgrade = "websocket";
            }

            if (headers.SecWebSocketKey.Count == 0)
            {
                headers.SecWebSocketKey = System.Convert.ToBase64String(Guid.NewGuid().ToByteArray());
            }
        }

        if (headers.SecWebSocketVersion.Count == 0)
        {
            headers.SecWebSocketVersion = "13";
        }

        if (scope.Subprotocols.Count > 0 && headers.SecWebSocketProtocol.Count == 0)
        {
            headers.SecWebSocketProtocol = string.Join(", ", scope.Subprotocols);
        }
    }

    private static string TextOf(ReadOnlySpan<byte> value)
    {
        if (Ascii.IsValid(value))
        {
            return Encoding.ASCII.GetString(value);
        }

        try
        {
            return StrictUtf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(value);
        }
    }
}
