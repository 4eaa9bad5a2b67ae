using Bridge.Server.Configuration;

namespace Bridge.Server.Hosting;

/// <summary>Checks the routes against the applications, and gives every application a route where none is configured.</summary>
internal static class HostedRoutes
{
    private const string Section = "Bridge:Http:Routes";

    /// <summary>
    /// Reads the routes. Without any: the application <paramref name="front"/> is at "/", every other one at "/" and its name.
    /// </summary>
    /// <exception cref="ConfigurationException">A route names an application that is not hosted.</exception>
    public static IReadOnlyList<HostedRoute> Read(
        IConfigurationManager configuration, IReadOnlyList<HostedApplication> applications, string? front)
    {
        if (!configuration.GetSection(Section).GetChildren().Any())
        {
            configuration.AddInMemoryCollection(applications.SelectMany((application, index) => new Dictionary<string, string?>
            {
                [$"{Section}:{index}:Path"] = application.Name == front ? "/" : "/" + application.Name,
                [$"{Section}:{index}:Application"] = application.Name,
            }));
        }

        return [.. configuration.GetSection(Section).GetChildren().Select(route =>
        {
            var name = route["Application"];
            return applications.Any(application => application.Name == name)
                ? new HostedRoute(route["Path"] ?? "/", route["Host"], name!)
                : throw new ConfigurationException(
                    $"{route.Path}:Application is \"{name}\"; hosted are: {string.Join(", ", applications.Select(application => application.Name))}.");
        })];
    }
}
