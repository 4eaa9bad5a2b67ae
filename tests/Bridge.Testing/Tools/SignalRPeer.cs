namespace Bridge.Testing.Tools;

/// <summary>
/// What the tests with SignalR's npm client need. It is taken from NODE_PATH or from beside the tests; otherwise it is installed,
/// as the lockfile says, for this run into a folder of its own.
/// </summary>
public static class SignalRPeer
{
    private static readonly Lazy<string?> FoundPackages = new(() => NpmPackages.Find(Folder, "@microsoft/signalr"));

    /// <summary>The value of NODE_PATH for <see cref="Script"/>; null when the packages cannot be had.</summary>
    public static string? Packages => FoundPackages.Value;

    /// <summary>The program that runs all checks: its arguments are an address and the name of a transport.</summary>
    public static string Script => Path.Combine(Folder, "signalr.js");

    private static string Folder => Repository.PathOf("tests", "Bridge.Client.AspNetCore.Tests", "node");

    internal static string? FindMissing() =>
        ExternalCommand.FindMissing("node", "npm") ?? (Packages is null ? "the npm package @microsoft/signalr, which npm did not install" : null);
}
