using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Instances;

/// <summary>Several directories as one; of two applications of the same name that of the earlier directory counts.</summary>
internal sealed class CombinedDirectory(IReadOnlyList<IApplicationDirectory> directories) : IApplicationDirectory
{
    public IReadOnlyCollection<string> Names => [.. directories.SelectMany(directory => directory.Names).Distinct(StringComparer.Ordinal)];

    public bool TryFind(string name, [NotNullWhen(true)] out IApplication? application)
    {
        for (var index = 0; index < directories.Count; index++)
        {
            if (directories[index].TryFind(name, out application))
            {
                return true;
            }
        }

        application = null;
        return false;
    }

    public MountedApplication? FindByPath(string path)
    {
        for (var index = 0; index < directories.Count; index++)
        {
            if (directories[index].FindByPath(path) is { } mounted)
            {
                return mounted;
            }
        }

        return null;
    }
}
