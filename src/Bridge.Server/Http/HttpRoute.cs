namespace Bridge.Server.Http;

/// <summary>Which requests go to which application; one entry of <c>Bridge:Http:Routes</c>.</summary>
internal sealed class HttpRoute
{
    /// <summary>
    /// The path prefix, decoded, matched on whole segments: "/shop" takes "/shop" and "/shop/cart" but not "/shopping".
    /// It becomes the scope's root path. "/" or empty takes every path.
    /// </summary>
    public string Path { get; set; } = "/";

    /// <summary>The host without its port: exact, or "*.example.com" for every name below it. Null takes every host.</summary>
    public string? Host { get; set; }

    /// <summary>The name of the application.</summary>
    public string Application { get; set; } = "";

    /// <summary>Whether workers serve that application, which need not be there when the bridge starts. Default false: the bridge hosts it.</summary>
    public bool Worker { get; set; }

    /// <summary>
    /// The prefix that a proxy in front has removed from the request. It is put back before <c>path</c>,
    /// <c>raw_path</c> and <c>root_path</c>, since a path always includes its root path (GAP-01). Null: none.
    /// </summary>
    public string? StrippedPrefix { get; set; }
}
