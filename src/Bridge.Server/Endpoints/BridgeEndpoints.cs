using Bridge.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bridge.Server.Endpoints;

/// <summary>The endpoints that Kestrel's own configuration names, and a loopback default for each role without one.</summary>
internal sealed class BridgeEndpoints
{
    private const string Section = "Kestrel:Endpoints";

    private BridgeEndpoints(IReadOnlyList<BridgeEndpoint> all) => All = all;

    public IReadOnlyList<BridgeEndpoint> All { get; }

    /// <summary>Reads the endpoints, after adding the defaults to the configuration.</summary>
    /// <exception cref="ConfigurationException">An endpoint's name begins with no role, or it has no address.</exception>
    public static BridgeEndpoints Read(IConfigurationManager configuration)
    {
        var configured = configuration.GetSection(Section).GetChildren().Select(section => RoleOf(section.Key)).ToHashSet();
        var defaults = new Dictionary<string, string?>();
        AddDefault(EndpointRole.Http, "http://localhost:8080", "Http1");
        AddDefault(EndpointRole.Grpc, "http://localhost:50051", "Http2");
        AddDefault(EndpointRole.Management, "http://localhost:8081", "Http1");
        configuration.AddInMemoryCollection(defaults);

        return new BridgeEndpoints([.. configuration.GetSection(Section).GetChildren().Select(section => new BridgeEndpoint(
            section.Key,
            RoleOf(section.Key),
            section["Url"] is { Length: > 0 } url ? url : throw new ConfigurationException($"{section.Path}:Url is missing.")))]);

        void AddDefault(EndpointRole role, string url, string protocols)
        {
            if (!configured.Contains(role))
            {
                defaults[$"{Section}:{role}:Url"] = url;
                defaults[$"{Section}:{role}:Protocols"] = protocols;
            }
        }
    }

    public void Configure(KestrelServerOptions options, IConfiguration configuration)
    {
        var loader = options.Configure(configuration.GetSection("Kestrel"), reloadOnChange: false);
        foreach (var endpoint in All)
        {
            loader.Endpoint(endpoint.Name, listen => endpoint.Attach(listen.ListenOptions));
        }
    }

    private static EndpointRole RoleOf(string name)
    {
        foreach (var role in Enum.GetValues<EndpointRole>())
        {
            if (name.StartsWith(role.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return role;
            }
        }

        throw new ConfigurationException(
            $"{Section}:{name}: the name must begin with {string.Join(", ", Enum.GetNames<EndpointRole>())}, which says what the endpoint serves.");
    }
}
