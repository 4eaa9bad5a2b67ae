using System.Text;
using Asgiref.Core.Scopes;
using Microsoft.AspNetCore.Http;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>
/// The request target as Kestrel tells it: the path decoded except for %2F and for what is not UTF-8, without dot segments.
/// The scope's own path is of no use for that, because it is decoded in full (KES-03).
/// </summary>
/// <param name="PathBase">The mount point.</param>
/// <param name="Path">What follows it; it never climbs out of the mount.</param>
internal readonly record struct RequestTarget(string PathBase, string Path)
{
    /// <exception cref="InvalidOperationException">The path has an encoded NUL.</exception>
    public static RequestTarget Of(ConnectionScope scope)
    {
        var decoded = Decode(scope);
        var mount = scope.RootPathOrDefault.TrimEnd('/');
        if (mount.Length > 0
            && decoded.StartsWith(mount, StringComparison.Ordinal)
            && (decoded.Length == mount.Length || decoded[mount.Length] == '/'))
        {
            decoded = decoded[mount.Length..];
        }

        return new RequestTarget(mount, decoded == "*" ? "" : RemoveDotSegments(decoded));
    }

    /// <summary>The target as it stood in the request line, as far as the scope has kept it.</summary>
    public static string RawOf(ConnectionScope scope, string queryString)
    {
        var path = scope.RawPath is { } raw ? Encoding.Latin1.GetString(raw.Span) : new PathString(scope.Path).ToUriComponent();
        return queryString.Length == 0 ? path : path + queryString;
    }

    private static string Decode(ConnectionScope scope)
    {
        if (scope.RawPath is not { } raw || raw.Span.IsEmpty)
        {
            return scope.Path;
        }

        return raw.Span.Contains((byte)'%') ? PathString.FromUriComponent(Encoding.Latin1.GetString(raw.Span)).Value! : scope.Path;
    }

    /// <summary>RFC 3986 section 5.2.4, for a path that begins with a slash.</summary>
    private static string RemoveDotSegments(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
        {
            return path;
        }

        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i] is not ("." or ".."))
            {
                kept.Add(segments[i]);
                continue;
            }

            if (segments[i] == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }

            if (i == segments.Length - 1)
            {
                kept.Add("");
            }
        }

        return "/" + string.Join('/', kept);
    }
}
