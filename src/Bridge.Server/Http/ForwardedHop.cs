using System.Net;
using Asgiref.Core.Scopes;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Http;

/// <summary>
/// What the trusted proxies say of the client: the right-most hop that is not itself trusted, because everything to
/// its left is only the client's word (ASK-20).
/// </summary>
/// <param name="Client">The client; its port is 0 when unknown (GAP-23). Null: not told.</param>
/// <param name="Scheme">"http" or "https" as the client used it; null: not told.</param>
internal readonly record struct ForwardedHop(ClientAddress? Client, string? Scheme)
{
    public static ForwardedHop Read(IHeaderDictionary headers, ForwardedHeaderStyle style, TrustedProxies trusted) =>
        style == ForwardedHeaderStyle.Forwarded
            ? ReadForwarded(headers["Forwarded"], trusted)
            : ReadXForwarded(headers["X-Forwarded-For"], headers["X-Forwarded-Proto"], trusted);

    private static ForwardedHop ReadXForwarded(StringValues forValues, StringValues protoValues, TrustedProxies trusted)
    {
        var hops = List(forValues);
        var schemes = List(protoValues);
        var index = FindClient(hops, hop => hop, trusted);

        // A list of the same length was written hop by hop; any other one says only what the last proxy saw.
        var scheme = schemes.Count == 0 ? null : schemes[index >= 0 && schemes.Count == hops.Count ? index : ^1];
        return new ForwardedHop(index < 0 ? null : ParseNode(hops[index]), KnownScheme(scheme));
    }

    private static ForwardedHop ReadForwarded(StringValues values, TrustedProxies trusted)
    {
        if (Split(values, ',') is not { } elements)
        {
            return default;
        }

        var index = FindClient(elements, element => Parameter(element, "for") ?? "", trusted);
        if (index < 0)
        {
            return default;
        }

        var node = Parameter(elements[index], "for");
        return new ForwardedHop(string.IsNullOrEmpty(node) ? null : ParseNode(node), KnownScheme(Parameter(elements[index], "proto")));
    }

    /// <summary>From the right: the first hop that is not trusted, or the left-most one when all are; -1 without hops.</summary>
    private static int FindClient(List<string> hops, Func<string, string> node, TrustedProxies trusted)
    {
        var index = hops.Count - 1;
        while (index > 0 && TryParseNode(node(hops[index]), out var address, out _) && trusted.Trusts(address))
        {
            index--;
        }

        return index;
    }

    private static ClientAddress ParseNode(string node) =>
        TryParseNode(node, out var address, out var port) ? new ClientAddress(address.ToString(), port) : new ClientAddress(node, 0);

    private static bool TryParseNode(string node, out IPAddress address, out int port)
    {
        // An end point's parser also takes an address alone; an address's would drop the port of "[::1]:80".
        var known = IPEndPoint.TryParse(node, out var endPoint);
        (address, port) = known ? (endPoint!.Address, endPoint.Port) : (IPAddress.None, 0);
        return known;
    }

    private static string? KnownScheme(string? scheme) => scheme switch
    {
        null => null,
        // Some proxies name the scheme of a WebSocket's URL.
        _ when scheme.Equals("https", StringComparison.OrdinalIgnoreCase) || scheme.Equals("wss", StringComparison.OrdinalIgnoreCase) => "https",
        _ when scheme.Equals("http", StringComparison.OrdinalIgnoreCase) || scheme.Equals("ws", StringComparison.OrdinalIgnoreCase) => "http",
        _ => null,
    };

    private static string? Parameter(string element, string name)
    {
        foreach (var pair in Split(element, ';') ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && pair.AsSpan(0, equals).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return pair[(equals + 1)..].Trim().Trim('"');
            }
        }

        return null;
    }

    /// <summary>The parts of a plain list: these fields know no quotes.</summary>
    private static List<string> List(StringValues values)
    {
        var parts = new List<string>();
        foreach (var value in values)
        {
            foreach (var part in value!.Split(','))
            {
                Add(parts, part);
            }
        }

        return parts;
    }

    /// <summary>
    /// Splits repeated fields into their parts; a separator inside quotes does not split. Null when quotes stay open:
    /// they would swallow what the proxies have appended, and leave only the client's own word.
    /// </summary>
    private static List<string>? Split(StringValues values, char separator)
    {
        var parts = new List<string>();
        foreach (var value in values)
        {
            var start = 0;
            var quoted = false;
            for (var i = 0; i < value!.Length; i++)
            {
                if (quoted && value[i] == '\\')
                {
                    i++;
                }
                else if (value[i] == '"')
                {
                    quoted = !quoted;
                }
                else if (value[i] == separator && !quoted)
                {
                    Add(parts, value[start..i]);
                    start = i + 1;
                }
            }

            if (quoted)
            {
                return null;
            }

            Add(parts, value[start..]);
        }

        return parts;
    }

    private static void Add(List<string> parts, string part)
    {
        if (part.Trim() is { Length: > 0 } text)
        {
            parts.Add(text);
        }
    }
}
