using System.Net;
using System.Net.Sockets;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Tests.Grpc;

namespace Bridge.Client.Tests;

public sealed class ErrorTests
{
    [Fact]
    public async Task No_bridge_at_the_address_is_a_failed_connect_of_the_link()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new BridgeClient($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}");

        var error = await Assert.ThrowsAsync<BridgeException>(() => client.RunAsync("app", Scopes.Post).WithDeadline());

        Assert.Equal((BridgeError.ConnectFailed, BridgeStage.Connect, BridgeSide.Link), (error.Error, error.Stage, error.Side));
    }

    [Fact]
    public async Task An_unknown_application_is_the_drivers_fault_and_nothing_ran()
    {
        var error = await FailAsync(Applications.Hello, "nobody", Scopes.Post);

        Assert.Equal((BridgeError.ApplicationNotFound, BridgeStage.Start, BridgeSide.Driver), (error.Error, error.Stage, error.Side));
    }

    [Fact]
    public async Task A_lifespan_scope_is_the_drivers_fault()
    {
        var error = await FailAsync(Applications.Hello, "app", new LifespanScope());

        Assert.Equal((BridgeError.DriverInvalid, BridgeSide.Driver), (error.Error, error.Side));
        Assert.Contains("lifespan", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("CORE-22")]
    public async Task An_application_that_raises_fails_the_run(bool afterStart)
    {
        var error = await FailAsync(
            async (_, _, send) =>
            {
                if (afterStart)
                {
                    await send(new HttpResponseStartEvent { Status = 200 });
                }

                throw new InvalidDataException();
            },
            "app",
            Scopes.Post);

        Assert.Equal((BridgeError.ApplicationFailed, BridgeStage.Run, BridgeSide.Application), (error.Error, error.Stage, error.Side));
    }

    [Fact]
    public async Task A_time_limit_fails_the_run_and_disconnects_the_application()
    {
        var begun = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (_, receive, _) =>
        {
            begun.TrySetResult();
            await receive();
            left.TrySetResult();
        });
        using var client = new BridgeClient(host.Address);
        for (var seconds = 1; !begun.Task.IsCompleted; seconds *= 2)
        {
            // Too short for a busy machine to begin the instance in: then with twice the time.
            var error = await Assert.ThrowsAsync<BridgeException>(async () =>
            {
                await using var run = await client.RunAsync("app", Scopes.Post, timeLimit: TimeSpan.FromSeconds(seconds)).WithDeadline();
                await run.ReceiveAsync().WithDeadline();
            });
            Assert.Equal(BridgeError.DeadlineExceeded, error.Error);
        }

        await left.Task.WithDeadline();
    }

    [Theory]
    [InlineData(EndingKind.Refused, BridgeError.Refused, BridgeStage.Start)]
    [InlineData(EndingKind.Lost, BridgeError.InstanceLost, BridgeStage.Run)]
    public async Task A_refused_and_a_lost_instance_are_told_apart(object ending, BridgeError expected, BridgeStage stage)
    {
        await using var host = new GrpcHost();
        host.Add(new EndedApplication((EndingKind)ending));
        await host.StartAsync();
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.Post).WithDeadline();

        var error = await Assert.ThrowsAsync<BridgeException>(() => run.ReceiveAsync().WithDeadline());

        Assert.Equal((expected, stage, BridgeSide.Bridge), (error.Error, error.Stage, error.Side));
        Assert.Same(error, await Assert.ThrowsAsync<BridgeException>(() => run.Completion.WithDeadline()));
        Assert.Same(error, await Assert.ThrowsAsync<BridgeException>(() => run.ReceiveAsync().WithDeadline()));
    }

    [Fact]
    public async Task A_bridge_that_goes_away_is_a_lost_link()
    {
        var inside = new TaskCompletionSource();
        using var proxy = new CuttableLink();
        await using var host = await GrpcHost.StartAsync(async (_, receive, _) =>
        {
            inside.SetResult();
            await receive();
        });
        proxy.Open(new Uri(host.Address).Port);
        using var client = new BridgeClient(proxy.Address);
        await using var run = await client.RunAsync("app", Scopes.Post).WithDeadline();
        await inside.Task.WithDeadline();

        proxy.Cut();

        var error = await Assert.ThrowsAsync<BridgeException>(() => run.ReceiveAsync().WithDeadline());
        Assert.Equal((BridgeError.LinkLost, BridgeStage.Run, BridgeSide.Link), (error.Error, error.Stage, error.Side));
    }

    [Fact]
    public async Task An_error_of_the_bridge_itself_is_the_bridges_fault()
    {
        await using var host = new GrpcHost();
        host.Add(new BrokenApplication());
        await host.StartAsync();
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.Post).WithDeadline();

        var error = await Assert.ThrowsAsync<BridgeException>(() => run.ReceiveAsync().WithDeadline());

        Assert.Equal((BridgeError.BridgeFailed, BridgeStage.Run, BridgeSide.Bridge), (error.Error, error.Stage, error.Side));
    }

    [Theory]
    [InlineData("ftp://host")]
    [InlineData("unix:")]
    [InlineData("localhost:50051")]
    public void An_address_that_makes_no_sense_is_refused_at_once(string address) =>
        Assert.Throws<ArgumentException>(() => new BridgeClient(address));

    private static async Task<BridgeException> FailAsync(AsgiApplication application, string name, AsgiScope scope)
    {
        await using var host = await GrpcHost.StartAsync(application);
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync(name, scope).WithDeadline();
        return await Assert.ThrowsAsync<BridgeException>(async () =>
        {
            while (await run.ReceiveAsync().WithDeadline() is not null)
            {
            }
        });
    }

    /// <summary>Stands for a host with an error of its own.</summary>
    private sealed class BrokenApplication : IApplication
    {
        public string Name => "app";

        public Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver) => throw new InvalidDataException();
    }

    private sealed class EndedApplication(EndingKind kind) : IApplication
    {
        public string Name => "app";

        public Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver) => Task.FromResult(new InstanceEnding(kind, default, "the reason"));
    }
}
