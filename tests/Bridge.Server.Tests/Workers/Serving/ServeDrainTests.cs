using Asgiref.Core.Hosting;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;
using Grpc.Core;

namespace Bridge.Server.Tests.Workers.Serving;

/// <summary>The orderly end of a call, begun by either side; and lifespans, which end with it.</summary>
public sealed class ServeDrainTests
{
    [Fact]
    public async Task A_worker_that_drains_gets_nothing_more_and_an_orderly_end()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        await bridge.Directory.ReadyAsync("app");

        await worker.DrainAsync();

        Assert.Equal("The test drains.", (await worker.NextAsync()).Drain.Reason);
        Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
        _ = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);
    }

    [Fact]
    public async Task A_worker_that_drains_finishes_what_runs()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var running = bridge.Begin();
        var (instance, _) = await worker.NextStartAsync();

        await worker.DrainAsync();
        Assert.NotNull((await worker.NextAsync()).Drain);
        await worker.RespondAsync(instance, "done");

        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_bridge_that_stops_waits_for_what_runs_and_then_drains()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var busy = await StubWorker.DialReadyAsync(bridge.Grpc);
        var running = bridge.Begin();
        var (instance, _) = await busy.NextStartAsync();
        using var idle = await StubWorker.DialReadyAsync(bridge.Grpc);

        var stopping = bridge.Bridge.StopAsync();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(30));
        await busy.RespondAsync(instance, "done");
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);

        foreach (var worker in new[] { busy, idle })
        {
            Assert.NotNull((await worker.NextAsync()).Drain);
            Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
        }

        await bridge.FarewellAsync();
        await stopping;
    }

    [Fact]
    public async Task A_worker_that_does_not_finish_does_not_hold_the_stop_up()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var driver = new FakeDriver();
        var running = bridge.Begin(driver);
        await worker.NextStartAsync();
        driver.Leave();
        await running.WithDeadline();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(15));

        var stopping = bridge.Bridge.StopAsync();
        Assert.NotNull((await NextAfterDisconnectAsync(worker)).Drain);
        bridge.Clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(StatusCode.DeadlineExceeded, (await worker.StatusAsync()).StatusCode);
        await bridge.FarewellAsync();
        await stopping;
    }

    [Fact]
    public async Task A_worker_that_never_answers_its_shutdown_does_not_hold_the_stop_up()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Limits:LifespanShutdownTime", "00:00:31"));
        using var worker = await StubWorker.DialAsync(bridge.Grpc, lifespan: true);
        await StartUpAsync(worker);

        var stopping = bridge.Bridge.StopAsync();
        Assert.NotNull((await worker.NextAsync()).Drain);
        Assert.NotNull((await worker.NextEventAsync(1)).LifespanShutdown);
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(31));
        bridge.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
        await bridge.FarewellAsync();
        await stopping;
    }

    [Fact]
    public async Task Nothing_is_started_before_the_startup_and_the_shutdown_comes_last()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialAsync(bridge.Grpc, lifespan: true);
        await worker.ReadyAsync();
        var running = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);

        await StartUpAsync(worker);
        var (instance, _) = await worker.NextStartAsync();
        Assert.Equal(2ul, instance);
        await worker.DrainAsync();
        Assert.NotNull((await worker.NextAsync()).Drain);
        await worker.RespondAsync(instance, "done");
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);

        Assert.NotNull((await worker.NextEventAsync(1)).LifespanShutdown);
        await worker.EventAsync(1, new SendEvent { LifespanShutdownComplete = new() });
        Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_startup_that_fails_ends_the_call_with_its_message()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialAsync(bridge.Grpc, lifespan: true);
        await worker.NextStartAsync();

        await worker.EventAsync(1, new SendEvent { LifespanStartupFailed = new() { Message = "no database" } });

        var status = await worker.StatusAsync();
        Assert.Equal(StatusCode.FailedPrecondition, status.StatusCode);
        Assert.Contains("no database", status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_without_lifespan_is_no_error(bool fails)
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialAsync(bridge.Grpc, lifespan: true);
        await worker.ReadyAsync();
        await worker.NextStartAsync();
        Assert.NotNull((await worker.NextEventAsync(1)).LifespanStartup);

        await (fails ? worker.FailAsync(1, "AssertionError") : worker.FinishAsync(1));

        var running = bridge.Begin();
        await worker.RespondAsync((await worker.NextStartAsync()).Instance, "done");
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        await worker.DrainAsync();
        Assert.NotNull((await worker.NextAsync()).Drain);
        Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_startup_that_is_not_answered_ends_the_call()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Limits:LifespanStartupTime", "00:00:37"));
        using var worker = await StubWorker.DialAsync(bridge.Grpc, lifespan: true);

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(37));
        bridge.Clock.Advance(TimeSpan.FromSeconds(37));

        Assert.Equal(StatusCode.DeadlineExceeded, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_wrong_lifespan_event_ends_the_call()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialAsync(bridge.Grpc, lifespan: true);

        await worker.EventAsync(1, Events.Head());

        Assert.Equal(StatusCode.InvalidArgument, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    [Covers("PB-13")]
    public async Task Two_bridges_share_a_worker_and_one_bridge_has_two()
    {
        await using var left = await WorkerBridge.StartAsync();
        await using var right = await WorkerBridge.StartAsync();
        using var shared = await StubWorker.DialReadyAsync(left.Grpc);
        using var sharedToo = await StubWorker.DialReadyAsync(right.Grpc);
        using var other = await StubWorker.DialReadyAsync(left.Grpc);
        await left.Directory.ReadyAsync("app", 2);
        await right.Directory.ReadyAsync("app");

        var runs = new[] { left.Begin(), left.Begin(), right.Begin() };
        foreach (var worker in new[] { shared, other, sharedToo })
        {
            await worker.RespondAsync((await worker.NextStartAsync()).Instance, "mine");
        }

        Assert.All(await Task.WhenAll(runs).WithDeadline(), ending => Assert.Equal(EndingKind.Finished, ending.Kind));
    }

    private static async Task<ApplicationServiceServeResponse> NextAfterDisconnectAsync(StubWorker worker)
    {
        Assert.NotNull((await worker.NextEventAsync(1)).HttpDisconnect);
        return await worker.NextAsync();
    }

    private static async Task StartUpAsync(StubWorker worker)
    {
        var (instance, scope) = await worker.NextStartAsync();
        Assert.Equal((1ul, Scope.KindOneofCase.Lifespan), (instance, scope.KindCase));
        Assert.NotNull((await worker.NextEventAsync(1)).LifespanStartup);
        await worker.EventAsync(1, new SendEvent { LifespanStartupComplete = new() });
    }
}
