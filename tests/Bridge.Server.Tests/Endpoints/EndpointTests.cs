using System.Net;
using System.Net.Sockets;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Server.Endpoints;
using Microsoft.Extensions.Configuration;

namespace Bridge.Server.Tests.Endpoints;

public sealed class EndpointTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public void Without_configuration_each_role_has_its_loopback_endpoint()
    {
        var configuration = new ConfigurationManager();

        var endpoints = BridgeEndpoints.Read(configuration).All;

        Assert.Equal(
            [("Http", "http://localhost:8080"), ("Grpc", "http://localhost:50051"), ("Management", "http://localhost:8081")],
            endpoints.Select(endpoint => (endpoint.Name, endpoint.Address)));
        Assert.Equal("Http2", configuration["Kestrel:Endpoints:Grpc:Protocols"]);
    }

    [Fact]
    public void A_configured_endpoint_takes_the_place_of_its_role_s_default_only()
    {
        var configuration = new ConfigurationManager
        {
            ["Kestrel:Endpoints:GrpcLocal:Url"] = "http://unix:/run/bridge.sock",
            ["Kestrel:Endpoints:HttpPublic:Url"] = "https://*:443",
            ["Kestrel:Endpoints:HttpInner:Url"] = "http://127.0.0.1:8000",
        };

        var endpoints = BridgeEndpoints.Read(configuration).All;

        Assert.Equal(
            ["HttpInner", "HttpPublic", "GrpcLocal", "Management"],
            endpoints.Select(endpoint => endpoint.Name));
        Assert.Equal("/run/bridge.sock", endpoints[2].UnixSocketPath);
        Assert.Equal("--unix-socket /run/bridge.sock http://localhost", endpoints[2].CurlAddress);
        Assert.Equal("https://localhost:443", endpoints[1].CurlAddress);
        Assert.Equal("Http2", configuration["Kestrel:Endpoints:GrpcLocal:Protocols"]);
    }

    [Fact]
    public async Task A_request_goes_to_what_its_endpoint_serves()
    {
        await using var bridge = await TestBridge.StartAsync("app", HelloAsync);

        Assert.Equal("hello", await Client.GetStringAsync(new Uri(bridge.Http, "/healthz")).WithDeadline());
        Assert.Equal("ok\n", await Client.GetStringAsync(new Uri(bridge.Management, "/healthz")).WithDeadline());
    }

    [Fact]
    public async Task An_application_is_served_on_a_Unix_socket_too()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("bridge").FullName, "http.sock");
        await using var bridge = await TestBridge.StartAsync("app", HelloAsync, ("Kestrel:Endpoints:HttpSocket:Url", $"http://unix:{path}"));
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });

        Assert.Equal("hello", await client.GetStringAsync(new Uri("http://localhost/")).WithDeadline());
    }

    [Fact]
    public async Task Without_routes_a_single_application_is_at_the_root_and_several_are_at_their_names()
    {
        await using var bridge = await TestBridge.StartAsync([new("one", HelloAsync), new("two", HelloAsync)]);

        Assert.Equal("hello", await Client.GetStringAsync(new Uri(bridge.Http, "/two/path")).WithDeadline());
        using var root = await Client.GetAsync(bridge.Http).WithDeadline();
        Assert.Equal(HttpStatusCode.NotFound, root.StatusCode);
    }

    private static async Task HelloAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not HttpScope)
        {
            throw new NotSupportedException(scope.Type);
        }

        await send(new HttpResponseStartEvent { Status = 200 });
        await send(new HttpResponseBodyEvent { Body = "hello"u8.ToArray() });
    }
}
