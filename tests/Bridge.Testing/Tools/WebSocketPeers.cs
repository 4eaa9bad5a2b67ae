namespace Bridge.Testing.Tools;

/// <summary>What the tests with WebSocket clients of other languages need: Python's websockets, and ws for Node.</summary>
public static class WebSocketPeers
{
    private static readonly Lazy<string?> FoundPackages = new(() => NpmPackages.Find(Path.Combine(Folder, "node"), "ws"));

    /// <summary>The folder of their programs: their arguments are the addresses of the application and of the records, and a check.</summary>
    public static string Folder => Repository.PathOf("tests", "Bridge.EndToEnd.Tests", "peers", "websocket");

    /// <summary>The value of NODE_PATH for the program in Node; null when its package cannot be had.</summary>
    public static string? NodePackages => FoundPackages.Value;

    internal static string? FindMissingInPython() =>
        ExternalCommand.Succeeds(PythonPeer.Program, "-c", "import websockets") ? null : $"{PythonPeer.Program} with websockets";

    internal static string? FindMissingInNode() =>
        ExternalCommand.FindMissing("node", "npm") ?? (NodePackages is null ? "the npm package ws, which npm did not install" : null);
}
