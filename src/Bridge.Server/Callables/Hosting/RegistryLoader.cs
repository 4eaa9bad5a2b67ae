using System.Reflection;
using Asgiref.Core.Callables;
using Bridge.Server.Configuration;
using Bridge.Server.Hosting;

namespace Bridge.Server.Callables.Hosting;

/// <summary>Makes the registries of the entries of <c>Bridge:Callables:Hosted</c>. Every error is one line that names the key.</summary>
internal sealed class RegistryLoader(IConfiguration configuration, HostedMembers members)
{
    /// <exception cref="ConfigurationException">The first wrong entry.</exception>
    public IReadOnlyList<CallableRegistry> Load() =>
        [.. configuration.GetSection(HostedRegistrySettings.Section).GetChildren().Select(Load)];

    private CallableRegistry Load(IConfigurationSection entry)
    {
        var settings = entry.Get<HostedRegistrySettings>() ?? new HostedRegistrySettings();
        var member = members.Find(entry, settings.Assembly, settings.Type, settings.Member);
        return HostedMembers.Read(
            entry,
            settings.Member,
            member,
            static member => member is MethodInfo method && method.GetParameters().Length == 0 ? method.Invoke(null, null) : null) as CallableRegistry
            ?? throw HostedMembers.Wrong(
                entry, "Member", $"is \"{settings.Member}\"; it must hold, or be a method that makes, a {typeof(CallableRegistry).FullName}.");
    }
}
