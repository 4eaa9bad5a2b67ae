using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Instances;

/// <summary>Finds applications by name. Safe for concurrent use.</summary>
internal interface IApplicationDirectory
{
    IReadOnlyCollection<string> Names { get; }

    bool TryFind(string name, [NotNullWhen(true)] out IApplication? application);

    /// <summary>The application that is reachable at this path (decoded) although no configured route names it; null if none is.</summary>
    MountedApplication? FindByPath(string path) => null;
}
