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
    /// <exception cref="ConfigurationException">An endpoint's name begins with no role, or its address is missing or wrong.</exception>
    public static BridgeEndpoints Read(IConfigurationManager configuration)
    {
        var configured = configuration.GetSection(Section).GetChildren().ToLookup(endpoint => RoleOf(endpoint.Key));
        var defaults = new Dictionary<string, string?>();
        AddDefault(EndpointRole.Http, "http://localhost:8080");
        AddDefault(EndpointRole.Grpc, "http://localhost:50051");
        AddDefault(EndpointRole.Management, "http://localhost:8081");

        // Clear text has no negotiation, and gRPC is HTTP/2.
        foreach (var endpoint in configured[EndpointRole.Grpc].Where(endpoint => endpoint["Protocols"] is null))
        {
            defaults[$"{endpoint.Path}:Protocols"] = nameof(HttpProtocols.Http2);
        }

        configuration.AddInMemoryCollection(defaults);
        return new BridgeEndpoints([.. configuration.GetSection(Section).GetChildren()
            .Select(endpoint => new BridgeEndpoint(endpoint.Key, RoleOf(endpoint.Key), AddressOf(endpoint)))
            .OrderBy(endpoint => endpoint.Role)]);

        void AddDefault(EndpointRole role, string url)
        {
            var own = configuration.GetSection($"{Section}:{role}");
            if (!configured[role].Any())
            {
                defaults[$"{own.Path}:Protocols"] = (role == EndpointRole.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1).ToString();
            }

            if (own["Url"] is null && (own.Exists() || !configured[role].Any()))
            {
                defaults[$"{own.Path}:Url"] = url;
            }
        }
    }

    public void Configure(KestrelServerOptions options, IConfiguration configuration)
    {
        var closing = options.ApplicationServices.GetRequiredService<ConnectionClosing>();
        var loader = options.Configure(configuration.GetSection("Kestrel"), reloadOnChange: false);
        foreach (var endpoint in All)
        {
            if (endpoint.UnixSocketPath is { } path)
            {
                StaleSocket.Remove(path);
            }

            loader.Endpoint(endpoint.Name, listen =>
            {
                endpoint.Attach(listen.ListenOptions);
                closing.Attach(listen.ListenOptions);
                if (listen.IsHttps)
                {
                    TlsHandshake.Attach(listen.ListenOptions, listen.HttpsOptions);
                }
            });
        }
    }

    private static BindingAddress AddressOf(IConfigurationSection endpoint)
    {
        var url = endpoint["Url"];
        if (string.IsNullOrEmpty(url))
        {
            throw new ConfigurationException($"{endpoint.Path}:Url is missing.");
        }

        // Kestrel would silently take its default.
        if (endpoint["Protocols"] is { } protocols && !Enum.TryParse<HttpProtocols>(protocols, ignoreCase: true, out _))
        {
            throw new ConfigurationException(
                $"{endpoint.Path}:Protocols is \"{protocols}\"; it must be one of {string.Join(", ", Enum.GetNames<HttpProtocols>())}.");
        }

        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException error)
        {
            throw new ConfigurationException($"{endpoint.Path}:Url is \"{url}\"; {error.Message}");
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
