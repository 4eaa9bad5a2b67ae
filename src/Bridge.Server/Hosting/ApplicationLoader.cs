using System.Reflection;
using Asgiref.Core;
using Asgiref.Core.Wsgi;
using Bridge.Server.Configuration;
using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>Makes hosted applications of the entries of <c>Bridge:Applications</c>. Every error is one line that names the key.</summary>
internal sealed class ApplicationLoader(IConfiguration configuration, HostedMembers members, BridgeMetrics metrics)
{
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

        var member = members.Find(entry, settings.Assembly, settings.Type, settings.Member);
        var hosted = settings.Kind == ApplicationKind.Wsgi
            ? Adapt(entry, settings, Value<WsgiApplication>(entry, settings, member))
            : new HostedApplication(entry.Key, Value<AsgiApplication>(entry, settings, member)) { Kind = settings.Kind, Lifespan = settings.Lifespan };
        return hosted with { MaxInstances = settings.MaxInstances, SendAfterDisconnect = settings.SendAfterDisconnect };
    }

    /// <summary>The delegate that a property or field holds, or that a method is.</summary>
    private static TDelegate Value<TDelegate>(IConfigurationSection entry, ApplicationSettings settings, MemberInfo member)
        where TDelegate : Delegate
    {
        var value = HostedMembers.Read(
            entry, settings.Member, member, static member => Delegate.CreateDelegate(typeof(TDelegate), (MethodInfo)member, throwOnBindFailure: false));
        return value as TDelegate ?? throw Wrong(
            entry,
            nameof(settings.Member),
            $"is \"{settings.Member}\"; it must be, or hold, a {typeof(TDelegate).FullName} (Kind is {settings.Kind.ToString().ToLowerInvariant()}){Found(member, value)}.");
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

    private static ConfigurationException Wrong(IConfigurationSection entry, string key, string problem) =>
        HostedMembers.Wrong(entry, key, problem);
}
