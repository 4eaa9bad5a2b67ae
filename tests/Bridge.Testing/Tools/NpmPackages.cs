namespace Bridge.Testing.Tools;

/// <summary>Packages for Node programs of the tests.</summary>
internal static class NpmPackages
{
    /// <summary>
    /// Looks for a package in NODE_PATH and beside the folder's package.json; otherwise installs what its lockfile says, for this
    /// run, into a folder of its own. Blocks.
    /// </summary>
    /// <param name="folder">The folder of package.json and package-lock.json.</param>
    /// <param name="package">The package's path under node_modules.</param>
    /// <returns>The value for NODE_PATH; null when the package cannot be had.</returns>
    public static string? Find(string folder, string package)
    {
        string[] places = [Environment.GetEnvironmentVariable("NODE_PATH") ?? "", Path.Combine(folder, "node_modules")];
        if (places.FirstOrDefault(place => Directory.Exists(Path.Combine(place, package))) is { } found)
        {
            return found;
        }

        var target = RunFolder.Of(package.Replace('/', '-'));
        File.Copy(Path.Combine(folder, "package.json"), Path.Combine(target, "package.json"), overwrite: true);
        File.Copy(Path.Combine(folder, "package-lock.json"), Path.Combine(target, "package-lock.json"), overwrite: true);
        var installed = ExternalCommand.TryRun("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], target);
        return installed?.ExitCode == 0 ? Path.Combine(target, "node_modules") : null;
    }
}
