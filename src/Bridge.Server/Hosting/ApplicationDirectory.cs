using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Hosting;
using Bridge.Server.Configuration;
using Bridge.Server.Instances;

namespace Bridge.Server.Hosting;

/// <summary>The hosted applications by name. Immutable.</summary>
internal sealed class ApplicationDirectory : IApplicationDirectory
{
    private readonly FrozenDictionary<string, InProcessApplication> _byName;

    /// <exception cref="ConfigurationException">Two applications have the same name.</exception>
    public ApplicationDirectory(IEnumerable<HostedApplication> applications, HostingContext context)
    {
        var byName = new Dictionary<string, InProcessApplication>(StringComparer.Ordinal);
        foreach (var application in applications)
        {
            if (!byName.TryAdd(application.Name, new InProcessApplication(application, context)))
            {
                throw new ConfigurationException($"{ApplicationSettings.Section}:{application.Name}: there are two applications of this name.");
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
        Applications = [.. byName.Values];
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<InProcessApplication> Applications { get; }

    public IReadOnlyCollection<string> Names => _byName.Keys;

    public bool TryFind(string name, [NotNullWhen(true)] out IApplication? application)
    {
        var found = _byName.TryGetValue(name, out var hosted);
        application = hosted;
        return found;
    }
}
