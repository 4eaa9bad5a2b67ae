using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Bridge.Server.Tests.Grpc;

public sealed class HealthTests
{
    private const string Service = "asgi_bridge.v1.ApplicationService";

    [Theory]
    [InlineData("")]
    [InlineData(Service)]
    public async Task Check_tells_whether_the_bridge_is_ready(string service)
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        var health = new Health.HealthClient(channel);

        Assert.Equal(ServingStatus.Serving, (await CheckAsync()).Status);
        host.IsReady = false;
        Assert.Equal(ServingStatus.NotServing, (await CheckAsync()).Status);

        Task<HealthCheckResponse> CheckAsync() =>
            health.CheckAsync(new HealthCheckRequest { Service = service }).ResponseAsync.WithDeadline();
    }

    [Fact]
    public async Task Check_of_an_unknown_service_is_not_found()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();

        var error = await Assert.ThrowsAsync<RpcException>(() =>
            new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = "nobody" }).ResponseAsync.WithDeadline());

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task List_tells_of_every_service()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();

        var list = await new Health.HealthClient(channel).ListAsync(new HealthListRequest()).ResponseAsync.WithDeadline();

        Assert.Equal(["", Service, "asgi_bridge.v1.CallableService", "asgi_bridge.v1.SessionService", "asgi_bridge.v1.StatelessService"], list.Statuses.Keys.Order());
        Assert.All(list.Statuses.Values, answer => Assert.Equal(ServingStatus.Serving, answer.Status));
    }

    [Fact]
    public async Task Watch_tells_every_change_and_ends_with_the_bridge()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        using var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        host.IsReady = false;
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        host.IsReady = true;
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));

        host.BeginStop();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
    }

    [Fact]
    public async Task A_change_that_overtakes_the_end_of_a_watch_harms_nobody()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest());
        await NextAsync(call);
        var listeners = host.Listeners!;
        call.Dispose();
        await WaitUntil.HoldsAsync(() => host.Listeners is null);

        Assert.Null(Record.Exception(listeners));
    }

    [Fact]
    public async Task Watch_of_an_unknown_service_says_so_and_stays()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        using var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest { Service = "nobody" });

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        return call.ResponseStream.Current.Status;
    }
}
