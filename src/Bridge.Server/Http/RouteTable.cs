namespace Bridge.Server.Http;

/// <summary>Finds the route of a request. Immutable.</summary>
internal sealed class RouteTable
{
    private readonly Entry[] _entries;

    public RouteTable(IEnumerable<HttpRoute> routes) =>
        _entries = [.. routes.Select(Entry.Of)
            .OrderByDescending(entry => entry.HostRank)
            .ThenByDescending(entry => entry.Prefix.Length)];

    /// <summary>The route for a host (with or without port) and a decoded path; null when there is none.</summary>
    public Entry? Find(HostString host, string path)
    {
        foreach (var entry in _entries)
        {
            if (entry.TakesPath(path) && entry.TakesHost(host))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>One route, made ready for matching.</summary>
    /// <param name="Application">The name of the application.</param>
    /// <param name="Prefix">The path prefix without a slash at its end.</param>
    /// <param name="Host">The exact host, the suffix ".example.com", or null.</param>
    /// <param name="Stripped">What a proxy removed before the prefix, without a slash at its end.</param>
    internal sealed record Entry(string Application, string Prefix, string? Host, string Stripped)
    {
        private readonly byte[] _strippedBytes = RequestTarget.Encode(Stripped);

        /// <summary>The scope's root path.</summary>
        public string RootPath { get; } = Stripped + Prefix;

        /// <summary>An exact host before a wildcard, a longer wildcard before a shorter one, any host last.</summary>
        public int HostRank => Host is null ? 0 : Host[0] == '.' ? Host.Length : int.MaxValue;

        public static Entry Of(HttpRoute route) => new(
            route.Application,
            route.Path.TrimEnd('/'),
            route.Host?.TrimStart('*'),
            (route.StrippedPrefix ?? "").TrimEnd('/'));

        /// <summary>Puts back what a proxy removed.</summary>
        public RequestTarget Restore(RequestTarget target) => Stripped.Length == 0
            ? target
            : target with { Path = Stripped + target.Path, RawPath = (byte[])[.. _strippedBytes, .. target.RawPath.Span] };

        public bool TakesPath(string path) =>
            Prefix.Length == 0
            || (path.StartsWith(Prefix, StringComparison.Ordinal) && (path.Length == Prefix.Length || path[Prefix.Length] == '/'));

        public bool TakesHost(HostString host) => Host switch
        {
            null => true,
            ['.', ..] => host.Host.EndsWith(Host, StringComparison.OrdinalIgnoreCase) && host.Host.Length > Host.Length,
            _ => host.Host.Equals(Host, StringComparison.OrdinalIgnoreCase),
        };
    }
}
