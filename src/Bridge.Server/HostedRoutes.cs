using Bridge.Server.Configuration;
using Bridge.Server.Hosting;
using Bridge.Server.Http;
using Bridge.Server.Workers;

namespace Bridge.Server;

/// <summary>Checks the routes against the applications, and gives every application a route where none is configured.</summary>
internal static class HostedRoutes
{
    private const string Section = $"{HttpFrontOptions.SectionName}:{nameof(HttpFrontOptions.Routes)}";

    /// <summary>
    /// Reads the routes. Without any: the application <paramref name="front"/> is at "/", every other one at "/" and its name,
    /// but for stateless ones, which are not for HTTP.
    /// </summary>
    /// <exception cref="ConfigurationException">A route names an application that is not hosted.</exception>
    public static IReadOnlyList<HttpRoute> Read(
        IConfigurationManager configuration, IReadOnlyList<HostedApplication> applications, string? front)
    {
        if (!configuration.GetSection(Section).GetChildren().Any())
        {
            configuration.AddInMemoryCollection(applications.Where(application => application.Kind != ApplicationKind.Stateless).SelectMany((application, index) => new Dictionary<string, string?>
            {
                [$"{Section}:{index}:{nameof(HttpRoute.Path)}"] = application.Name == front ? "/" : "/" + application.Name,
                [$"{Section}:{index}:{nameof(HttpRoute.Application)}"] = application.Name,
            }));
        }

        return [.. configuration.GetSection(Section).GetChildren().Select(entry =>
        {
            var route = entry.Get<HttpRoute>() ?? new HttpRoute();
            if (applications.Any(application => application.Name == route.Application) == route.Worker)
            {
                throw new ConfigurationException(route.Worker
                    ? $"{entry.Path}:{nameof(HttpRoute.Worker)} is true; the bridge hosts \"{route.Application}\" itself."
                    : $"{entry.Path}:{nameof(HttpRoute.Application)} is \"{route.Application}\"; hosted are: {string.Join(", ", applications.Select(application => application.Name))}. For one that workers serve set {entry.Path}:{nameof(HttpRoute.Worker)} to true.");
            }

            return route;
        })];
    }

    /// <summary>What the routes say of the applications of workers.</summary>
    public static ExpectedApplications ExpectedOf(IReadOnlyList<HttpRoute> routes) => new(
        routes.Where(route => route.Worker).Select(route => route.Application).ToHashSet(StringComparer.Ordinal),
        routes.Select(route => route.Application).ToHashSet(StringComparer.Ordinal));
}
