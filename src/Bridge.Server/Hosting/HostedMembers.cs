using System.Reflection;
using Bridge.Server.Configuration;

namespace Bridge.Server.Hosting;

/// <summary>Finds what the configuration names in assemblies: each is loaded once. Every error is one line that names the key.</summary>
internal sealed class HostedMembers
{
    private readonly Dictionary<string, Assembly> _assemblies = new(StringComparer.Ordinal);

    /// <summary>The one public static member of that name.</summary>
    /// <exception cref="ConfigurationException">There is none, or it cannot be loaded.</exception>
    public MemberInfo Find(IConfigurationSection entry, string assemblyPath, string typeName, string memberName)
    {
        Require(entry, "Assembly", assemblyPath);
        Require(entry, "Type", typeName);
        Require(entry, "Member", memberName);
        var assembly = FindAssembly(entry, assemblyPath);
        try
        {
            var type = assembly.GetType(typeName)
                ?? throw Wrong(entry, "Type", $"is \"{typeName}\"; {assembly.GetName().Name} has no such type.");
            var members = type.GetMember(memberName, BindingFlags.Static | BindingFlags.Public);
            return members.Length switch
            {
                1 => members[0],
                0 => throw Wrong(entry, "Member", $"is \"{memberName}\"; {type.FullName} has no public static member of this name."),
                _ => throw Wrong(entry, "Member", $"is \"{memberName}\"; {type.FullName} has several members of this name."),
            };
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or TypeLoadException or HostedAssemblyException)
        {
            throw Wrong(entry, "Type", $"is \"{typeName}\"; it cannot be loaded: {error.Message}");
        }
    }

    /// <summary>What a property or field holds, or what is made of a method; null for anything else.</summary>
    /// <exception cref="ConfigurationException">Its code raised.</exception>
    public static object? Read(IConfigurationSection entry, string memberName, MemberInfo member, Func<MemberInfo, object?> ofMethod)
    {
        try
        {
            return member switch
            {
                PropertyInfo { CanRead: true } property => property.GetValue(null),
                FieldInfo field => field.GetValue(null),
                MethodInfo => ofMethod(member),
                _ => null,
            };
        }
        catch (Exception error) when (error is TargetInvocationException or TypeInitializationException or IOException or TypeLoadException or HostedAssemblyException)
        {
            var cause = error.GetBaseException();
            throw Wrong(entry, "Member", $"is \"{memberName}\"; reading it raised {cause.GetType().Name}: {cause.Message}");
        }
    }

    public static ConfigurationException Wrong(IConfigurationSection entry, string key, string problem) =>
        new($"{entry.Path}:{key} {problem}");

    private static void Require(IConfigurationSection entry, string key, string value)
    {
        if (value.Length == 0)
        {
            throw Wrong(entry, key, "is missing.");
        }
    }

    private Assembly FindAssembly(IConfigurationSection entry, string assemblyPath)
    {
        var path = Path.GetFullPath(assemblyPath);
        if (!_assemblies.TryGetValue(path, out var assembly))
        {
            try
            {
                assembly = HostedAssembly.Load(path);
            }
            catch (HostedAssemblyException error)
            {
                throw Wrong(entry, "Assembly", $"is \"{assemblyPath}\"; {error.Message}");
            }

            _assemblies.Add(path, assembly);
        }

        return assembly;
    }
}
