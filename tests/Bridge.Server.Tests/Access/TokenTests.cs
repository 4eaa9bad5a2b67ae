using Bridge.Protocol.V1;
using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Tests.Workers;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Routing;

namespace Bridge.Server.Tests.Access;

/// <summary>Who may dial in, and the start of a bridge that everybody could dial.</summary>
public sealed class TokenTests
{
    private const string Secret = "s3cret-Token";

    [Fact]
    public async Task The_right_token_opens_a_session()
    {
        await using var bridge = await StartAsync(("Bridge:Token", Secret));

        await using var worker = await TestWorker.DialAsync(bridge.Grpc, token: $"bearer {Secret}");

        Assert.Null(worker.Session.Ending);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer s3cret-Toke")]
    [InlineData("Bearer s3cret-Token2")]
    [InlineData("Basic s3cret-Token")]
    [InlineData("s3cret-Token")]
    public async Task Without_the_right_one_a_call_is_unauthenticated_and_nothing_tells_a_token(string? authorization)
    {
        await using var bridge = await StartAsync(("Bridge:Token", Secret));
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);
        using var call = new SessionService.SessionServiceClient(channel).Open(
            authorization is null ? [] : new Metadata { { "authorization", authorization } });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
        Assert.Contains("token", error.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(bridge.Log.Messages, message => message.Contains("SessionService/Open", StringComparison.Ordinal));
        Assert.DoesNotContain(bridge.Log.Messages, message => message.Contains("s3cret", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tokens_are_none()
    {
        await using var bridge = await StartAsync(("Bridge:Token", Secret));
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);
        using var call = new SessionService.SessionServiceClient(channel).Open(
            new Metadata { { "authorization", $"Bearer {Secret}" }, { "authorization", "Bearer other" } });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    [Fact]
    public async Task Run_health_and_reflection_ask_for_none()
    {
        await using var bridge = await StartAsync(("Bridge:Token", Secret));
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);

        var health = await new global::Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new()).ResponseAsync.WithDeadline();

        Assert.Equal(global::Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task Every_method_with_which_somebody_serves_asks_for_it()
    {
        await using var bridge = await StartAsync();
        var guarded = bridge.Service<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<NeedsTokenAttribute>() is not null)
            .Select(endpoint => ((RouteEndpoint)endpoint).RoutePattern.RawText);

        Assert.Contains("/asgi_bridge.v1.SessionService/Open", guarded);
        Assert.Contains("/asgi_bridge.v1.StatelessService/Feed", guarded);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://192.0.2.1:0")]
    [InlineData("http://bridge.example:0")]
    public void A_gRPC_endpoint_beyond_this_machine_needs_a_token(string url)
    {
        var error = Assert.Throws<ConfigurationException>(() => Build(("Kestrel:Endpoints:Grpc:Url", url)));

        Assert.Equal(
            "Bridge:Token is missing: Kestrel:Endpoints:Grpc listens beyond this machine. Set a token, or Bridge:AllowAnonymous to true.",
            error.Message);
    }

    [Theory]
    [InlineData("http://localhost:0")]
    [InlineData("http://127.0.0.2:0")]
    [InlineData("http://[::1]:0")]
    [InlineData("http://unix:/tmp/bridge-token-test.sock")]
    public async Task One_that_only_this_machine_reaches_needs_none(string url) =>
        await Build(("Kestrel:Endpoints:Grpc:Url", url)).DisposeAsync();

    [Fact]
    public async Task One_beyond_this_machine_starts_with_a_token_or_when_anonymous_callers_are_allowed()
    {
        await Build(("Kestrel:Endpoints:Grpc:Url", "http://0.0.0.0:0"), ("Bridge:Token", Secret)).DisposeAsync();
        await Build(("Kestrel:Endpoints:Grpc:Url", "http://0.0.0.0:0"), ("Bridge:AllowAnonymous", "true")).DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tökén")]
    [InlineData("line\n")]
    public void A_token_that_metadata_cannot_carry_stops_the_start_without_being_shown(string token)
    {
        var error = Assert.Throws<ConfigurationException>(() => Build(("Bridge:Token", token)));

        Assert.StartsWith("Bridge:Token is empty or holds a character", error.Message, StringComparison.Ordinal);
        Assert.True(token.Length == 0 || !error.Message.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public void A_token_and_anonymous_callers_are_a_contradiction()
    {
        var error = Assert.Throws<ConfigurationException>(() => Build(("Bridge:Token", Secret), ("Bridge:AllowAnonymous", "true")));

        Assert.Equal("Bridge:AllowAnonymous is true although Bridge:Token is set; remove one of them.", error.Message);
    }

    private static TestBridge Build(params (string Key, string Value)[] settings) =>
        TestBridge.Build([new Server.Hosting.HostedApplication("hosted", (_, _, _) => Task.CompletedTask)], settings: settings);

    private static Task<TestBridge> StartAsync(params (string Key, string Value)[] settings) =>
        TestBridge.StartAsync("hosted", (_, _, _) => Task.CompletedTask, settings);
}
