namespace Bridge.Conformance.Tests;

/// <summary>The ids of one prefix. The count is written down here, so that a lost line of the checklist is noticed.</summary>
internal sealed record Section(string Prefix, int Count, string Title)
{
    public static IReadOnlyList<Section> All { get; } =
    [
        new("CORE", 33, "ASGI 3.0: roles, scope, events, errors"),
        new("HTTP", 54, "HTTP scope and events"),
        new("WS", 46, "WebSocket scope and events"),
        new("VER", 7, "Versions of the HTTP and WebSocket text"),
        new("LIFE", 22, "Lifespan"),
        new("TLS", 14, "Extension `tls`"),
        new("EXT", 35, "Other extensions"),
        new("W2A", 14, "From the HTTP scope to WSGI"),
        new("PEP", 57, "Duties of a WSGI server (PEP 3333)"),
        new("GAP", 27, "Places where the text is silent or contradicts itself"),
        new("KES", 25, "Kestrel and System.Net.WebSockets against the rules"),
        new("PB", 15, "Consequences for the contract and the bridge"),
        new("MOVE", 7, "Parts of the text that moved"),
        new("MAP", 13, "What .NET does: the ground rules of the port"),
        new("SYNC", 31, "SyncToAsync"),
        new("A2S", 32, "AsyncToSync"),
        new("CTX", 16, "Context in and back"),
        new("TSC", 13, "ThreadSensitiveContext"),
        new("ASTC", 7, "AsyncSingleThreadContext"),
        new("CTE", 11, "The pump of a blocked caller"),
        new("DEAD", 6, "Deadlock detection"),
        new("CANC", 16, "Cancellation"),
        new("EXC", 7, "Exceptions"),
        new("LOCAL", 24, "Local"),
        new("SRV", 24, "StatelessServer"),
        new("WSGI", 46, "WsgiToAsgi"),
        new("TEST", 20, "Testing applications"),
        new("COMPAT", 10, "Legacy applications"),
        new("TIME", 11, "Time-outs"),
        new("TYPE", 9, "Types"),
        new("GEN", 8, "Package and history"),
    ];

    public IEnumerable<string> Ids => Enumerable.Range(1, Count).Select(number => $"{Prefix}-{number:00}");

    public static string PrefixOf(string id) => id.Split('-')[0];
}
