using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Instances;

/// <summary>Finds applications by name. Safe for concurrent use.</summary>
internal interface IApplicationDirectory
{
    IReadOnlyCollection<string> Names { get; }

    bool TryFind(string name, [NotNullWhen(true)] out IApplication? application);
}
