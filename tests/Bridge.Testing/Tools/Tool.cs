namespace Bridge.Testing.Tools;

/// <summary>
/// A program that some tests need and that a machine may lack. Where it is missing the tests are skipped with the
/// reason; with BRIDGE_TESTS_REQUIRE_ALL=1 they fail instead, so that no run in CI passes by skipping.
/// </summary>
public sealed class Tool
{
    private readonly Lazy<string?> _missing;

    private Tool(string name, Func<string?> findMissing)
    {
        Name = name;
        _missing = new Lazy<string?>(findMissing);
    }

    public static Tool Python { get; } = new("Python", PythonPeer.FindMissing);

    public static Tool Node { get; } = new("Node", NodePeer.FindMissing);

    public static Tool SignalR { get; } = new("SignalR", SignalRPeer.FindMissing);

    public static Tool PythonWebSocket { get; } = new("Python WebSocket", WebSocketPeers.FindMissingInPython);

    public static Tool NodeWebSocket { get; } = new("Node WebSocket", WebSocketPeers.FindMissingInNode);

    public static Tool Go { get; } = new("Go", GoPeer.FindMissing);

    public static Tool Curl { get; } = new("curl", () => ExternalCommand.FindMissing("curl"));

    public static Tool Wrk { get; } = new("Load", () => ExternalCommand.FindMissing("wrk"));

    public static Tool Ngircd { get; } = new("IRC", NgircdServer.FindMissing);

    public string Name { get; }

    /// <summary>Why its tests are skipped; null: they run.</summary>
    public string? SkipReason => AllRequired ? null : Reason;

    private static bool AllRequired => Environment.GetEnvironmentVariable("BRIDGE_TESTS_REQUIRE_ALL") == "1";

    private string? Reason => _missing.Value is { } missing ? $"{Name} peers need {missing}" : null;

    /// <summary>Called by a test before it uses the tool.</summary>
    /// <exception cref="InvalidOperationException">Something is missing, and skipping is not allowed.</exception>
    public void Require()
    {
        if (Reason is { } reason)
        {
            throw new InvalidOperationException(reason);
        }
    }
}
