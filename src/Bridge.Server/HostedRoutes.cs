using Bridge.Server.Configuration;
using Bridge.Server.Hosting;
using Bridge.Server.Http;

namespace Bridge.Server;

/// <summary>Checks the routes against the applications, and gives every application a route where none is configured.</summary>
internal static class HostedRoutes
{
    private const string Section = $"{HttpFrontOptions.SectionName}:{nameof(HttpFrontOptions.Routes)}";

    /// <summary>
    /// Reads the routes. Without any: the application <paramref name="front"/> is at "/", every other one at "/" and its name.
    /// </summary>
    /// <exception cref="ConfigurationException">A route names an application that is not hosted.</exception>
    public static IReadOnlyList<HttpRoute> Read(
        IConfigurationManager configuration, IReadOnlyList<HostedApplication> applications, string? front)
    {
        if (!configuration.GetSection(Section).GetChildren().Any())
        {
            configuration.AddInMemoryCollection(applications.SelectMany((application, index) => new Dictionary<string, string?>
            {
                [$"{Section}:{index}:{nameof(HttpRoute.Path)}"] = application.Name == front ? "/" : "/" + application.Name,
                [$"{Section}:{index}:{nameof(HttpRoute.Application)}"] = application.Name,
            }));
        }

        return [.. configuration.GetSection(Section).GetChildren().Select(entry =>
        {
            var route = entry.Get<HttpRoute>() ?? new HttpRoute();
            return applications.Any(application => application.Name == route.Application)
                ? route
                : throw new ConfigurationException(
                    $"{entry.Path}:{nameof(HttpRoute.Application)} is \"{route.Application}\"; hosted are: {string.Join(", ", applications.Select(application => application.Name))}.");
        })];
    }
}
