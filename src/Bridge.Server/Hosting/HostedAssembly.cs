using System.Reflection;
using System.Runtime.Loader;
using Asgiref.Core;

namespace Bridge.Server.Hosting;

/// <summary>
/// An application's assembly in a load context of its own: it brings its dependencies in its own versions. Asgiref.Core
/// and the shared frameworks come from the host, or the application's delegate would not be the host's. Never unloaded.
/// </summary>
internal sealed class HostedAssembly : AssemblyLoadContext
{
    private static readonly AssemblyName Core = typeof(AsgiApplication).Assembly.GetName();

    /// <summary>What the runtime itself brought: the assemblies of the shared frameworks, not the bridge's own.</summary>
    private static readonly HashSet<string> Frameworks = FindFrameworkAssemblies();

    private readonly AssemblyDependencyResolver _resolver;

    private HostedAssembly(string path)
        : base(Path.GetFileNameWithoutExtension(path))
    {
        _resolver = new AssemblyDependencyResolver(path);
    }

    /// <summary>Loads an assembly.</summary>
    /// <exception cref="HostedAssemblyException">It cannot be loaded here; the message says why, without the key.</exception>
    public static Assembly Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new HostedAssemblyException("there is no such file.");
        }

        try
        {
            var assembly = new HostedAssembly(path).LoadFromAssemblyPath(path);
            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                ThrowIfTooNew(reference, assembly.GetName().Name!);
            }

            return assembly;
        }
        catch (Exception error) when (error is BadImageFormatException or IOException or InvalidOperationException)
        {
            throw new HostedAssemblyException($"it cannot be loaded: {error.Message}");
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ThrowIfTooNew(assemblyName, Name!);
        return assemblyName.Name == Core.Name || Frameworks.Contains(assemblyName.Name!)
            ? null
            : _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private static void ThrowIfTooNew(AssemblyName reference, string user)
    {
        if (reference.Name == Core.Name && reference.Version?.Major > Core.Version?.Major)
        {
            throw new HostedAssemblyException(
                $"{user} was built against {Core.Name} {reference.Version.ToString(3)}, which is newer than the bridge's {Core.Version.ToString(3)}.");
        }
    }

    private static HashSet<string> FindFrameworkAssemblies()
    {
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => Path.GetDirectoryName(path) != own)
            .Select(path => Path.GetFileNameWithoutExtension(path)!)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
