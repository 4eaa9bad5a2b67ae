using System.Reflection;
using Asgiref.Core;
using Asgiref.Core.Wsgi;
using Bridge.Server.Configuration;
using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>Makes hosted applications of the entries of <c>Bridge:Applications</c>. Every error is one line that names the key.</summary>
internal sealed class ApplicationLoader(IConfiguration configuration, BridgeMetrics metrics)
{
    private readonly Dictionary<string, Assembly> _assemblies = new(StringComparer.Ordinal);

    /// <exception cref="ConfigurationException">The first wrong entry.</exception>
    public IReadOnlyList<HostedApplication> Load() =>
        [.. configuration.GetSection(ApplicationSettings.Section).GetChildren().Select(Load)];

    private HostedApplication Load(IConfigurationSection entry)
    {
        var settings = entry.Get<ApplicationSettings>() ?? new ApplicationSettings();
        if (settings.MaxInstances < 1)
        {
            throw Wrong(entry, nameof(settings.MaxInstances), $"is {settings.MaxInstances}; it must be 1 or more.");
        }

        var member = FindMember(entry, settings);
        var hosted = settings.Kind == ApplicationKind.Wsgi
            ? Adapt(entry, settings, Value<WsgiApplication>(entry, settings, member))
            : new HostedApplication(entry.Key, Value<AsgiApplication>(entry, settings, member)) { Lifespan = settings.Lifespan };
        return hosted with { MaxInstances = settings.MaxInstances, SendAfterDisconnect = settings.SendAfterDisconnect };
    }

    private MemberInfo FindMember(IConfigurationSection entry, ApplicationSettings settings)
    {
        Require(entry, nameof(settings.Assembly), settings.Assembly);
        Require(entry, nameof(settings.Type), settings.Type);
        Require(entry, nameof(settings.Member), settings.Member);
        var assembly = FindAssembly(entry, settings);
        try
        {
            var type = assembly.GetType(settings.Type)
                ?? throw Wrong(entry, nameof(settings.Type), $"is \"{settings.Type}\"; {assembly.GetName().Name} has no such type.");
            var members = type.GetMember(settings.Member, BindingFlags.Static | BindingFlags.Public);
            return members.Length switch
            {
                1 => members[0],
                0 => throw Wrong(entry, nameof(settings.Member), $"is \"{settings.Member}\"; {type.FullName} has no public static member of this name."),
                _ => throw Wrong(entry, nameof(settings.Member), $"is \"{settings.Member}\"; {type.FullName} has several members of this name."),
            };
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or TypeLoadException or HostedAssemblyException)
        {
            throw Wrong(entry, nameof(settings.Type), $"is \"{settings.Type}\"; it cannot be loaded: {error.Message}");
        }
    }

    private Assembly FindAssembly(IConfigurationSection entry, ApplicationSettings settings)
    {
        var path = Path.GetFullPath(settings.Assembly);
        if (!_assemblies.TryGetValue(path, out var assembly))
        {
            try
            {
                assembly = HostedAssembly.Load(path);
            }
            catch (HostedAssemblyException error)
            {
                throw Wrong(entry, nameof(settings.Assembly), $"is \"{settings.Assembly}\"; {error.Message}");
            }

            _assemblies.Add(path, assembly);
        }

        return assembly;
    }

    /// <summary>The delegate that a property or field holds, or that a method is.</summary>
    private static TDelegate Value<TDelegate>(IConfigurationSection entry, ApplicationSettings settings, MemberInfo member)
        where TDelegate : Delegate
    {
        try
        {
            var value = member switch
            {
                PropertyInfo { CanRead: true } property => property.GetValue(null),
                FieldInfo field => field.GetValue(null),
                MethodInfo method => Delegate.CreateDelegate(typeof(TDelegate), method, throwOnBindFailure: false),
                _ => null,
            };
            return value as TDelegate ?? throw Wrong(
                entry,
                nameof(settings.Member),
                $"is \"{settings.Member}\"; it must be, or hold, a {typeof(TDelegate).FullName} (Kind is {settings.Kind.ToString().ToLowerInvariant()}){Found(member, value)}.");
        }
        catch (Exception error) when (error is TargetInvocationException or TypeInitializationException or IOException or TypeLoadException or HostedAssemblyException)
        {
            var cause = error.GetBaseException();
            throw Wrong(entry, nameof(settings.Member), $"is \"{settings.Member}\"; reading it raised {cause.GetType().Name}: {cause.Message}");
        }
    }

    private static string Found(MemberInfo member, object? value) => member switch
    {
        MethodInfo => ", and the method has another shape",
        _ when value is null => ", and is null",
        _ => $", and is a {value.GetType().FullName}",
    };

    private HostedApplication Adapt(IConfigurationSection entry, ApplicationSettings settings, WsgiApplication application)
    {
        try
        {
            return HostedWsgi.Make(entry.Key, application, settings.Wsgi.ToOptions(metrics));
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw Wrong(entry, $"{nameof(settings.Wsgi)}:{error.ParamName}", $"is wrong: {error.Message}");
        }
    }

    private static void Require(IConfigurationSection entry, string key, string value)
    {
        if (value.Length == 0)
        {
            throw Wrong(entry, key, "is missing.");
        }
    }

    private static ConfigurationException Wrong(IConfigurationSection entry, string key, string problem) =>
        new($"{entry.Path}:{key} {problem}");
}
