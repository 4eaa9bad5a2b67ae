using System.IO.Compression;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;

namespace Grpc.Contracts.Tests.Packages;

/// <summary>The stand-ins as they lie in the repository: their sources and the assemblies in the packages.</summary>
internal sealed class StandIns : IDisposable
{
    private readonly AssemblyLoadContext _loaded = new(nameof(StandIns), isCollectible: true);

    public StandIns()
    {
        _loaded.Resolving += (_, name) => Ids.Contains(name.Name) ? Assembly(name.Name!) : null;
    }

    /// <summary>The packages, which are named like their assemblies.</summary>
    public static IReadOnlyList<string> Ids { get; } = ["Grpc.Core.Api", "Grpc.Net.Common"];

    public static string Folder { get; } = Path.Combine(RepositoryRoot(), "third_party", "grpc-contracts");

    public static IEnumerable<string> PackageFiles =>
        Directory.EnumerateFiles(Path.Combine(Folder, "packages"), "*.nupkg").Select(path => Path.GetFileName(path)!);

    /// <summary>What pack.sh computes: the SHA-256 of one line, "sha256  path", for each source file in byte order of the paths.</summary>
    public static string SourcesHash()
    {
        var paths = Ids.SelectMany(id => Directory.EnumerateFiles(Path.Combine(Folder, id), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
            .Append("Directory.Build.props")
            .Append("public-key.bin")
            .Order(StringComparer.Ordinal);
        var lines = paths.Select(path => $"{Sha256(File.ReadAllBytes(Path.Combine(Folder, path)))}  {path}\n");
        return Sha256(Encoding.UTF8.GetBytes(string.Concat(lines)));
    }

    /// <summary>The hash that an assembly carries, or null.</summary>
    public static string? SourcesHashIn(Assembly assembly) => assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .SingleOrDefault(attribute => attribute.Key == "SourcesSha256")?.Value;

    /// <summary>The informational version, which ends with "-stand-in" in ours alone.</summary>
    public static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The assembly in the package, apart from the one that the tests run with.</summary>
    public Assembly Assembly(string id)
    {
        if (_loaded.Assemblies.FirstOrDefault(assembly => assembly.GetName().Name == id) is { } loaded)
        {
            return loaded;
        }

        var package = PackageFiles.Single(file => file.StartsWith(id, StringComparison.Ordinal));
        using var archive = ZipFile.OpenRead(Path.Combine(Folder, "packages", package));
        using var entry = archive.GetEntry($"lib/net10.0/{id}.dll")!.Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        bytes.Position = 0;
        return _loaded.LoadFromStream(bytes);
    }

    public void Dispose() => _loaded.Unload();

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NuGet.config")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException($"No repository root above {AppContext.BaseDirectory}.");
        }

        return folder;
    }
}
