namespace Bridge.Testing.Tools;

/// <summary>
/// What the Node sample needs. Its two packages are taken from NODE_PATH or from the sample's own folder; otherwise
/// they are installed for this run into a folder of its own.
/// </summary>
public static class NodePeer
{
    private static readonly Lazy<string?> FoundPackages = new(FindPackages);

    /// <summary>The value of NODE_PATH for the sample; null when the packages cannot be had.</summary>
    public static string? Packages => FoundPackages.Value;

    internal static string? FindMissing() =>
        ExternalCommand.FindMissing("node", "npm") ?? (Packages is null ? "the npm packages of samples/node, which npm did not install" : null);

    private static string? FindPackages()
    {
        var sample = Repository.PathOf("samples", "node");
        var given = Environment.GetEnvironmentVariable("NODE_PATH");
        if (!string.IsNullOrEmpty(given))
        {
            return given;
        }

        var beside = Path.Combine(sample, "node_modules");
        if (Directory.Exists(Path.Combine(beside, "@grpc", "grpc-js")) && Directory.Exists(Path.Combine(beside, "@grpc", "proto-loader")))
        {
            return beside;
        }

        var folder = RunFolder.Of("node");
        File.Copy(Path.Combine(sample, "package.json"), Path.Combine(folder, "package.json"));
        var installed = ExternalCommand.TryRun("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"], folder);
        return installed?.ExitCode == 0 ? Path.Combine(folder, "node_modules") : null;
    }
}
