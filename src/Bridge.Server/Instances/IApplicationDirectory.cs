using System.Diagnostics.CodeAnalysis;

namespace Bridge.Server.Instances;

/// <summary>Finds applications by name. Safe for concurrent use.</summary>
internal interface IApplicationDirectory
{
    IReadOnlyCollection<string> Names { get; }

    bool TryFind(string name, [NotNullWhen(true)] out IApplication? application);
}
