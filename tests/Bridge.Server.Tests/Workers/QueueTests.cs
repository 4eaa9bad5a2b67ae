using Asgiref.Core.Hosting;
using Bridge.Protocol.V1;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Hosting;

namespace Bridge.Server.Tests.Workers;

/// <summary>Instances that wait for a place, and applications that are known without a worker.</summary>
public sealed class QueueTests
{
    private static readonly TimeSpan QueueTime = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Those_that_wait_are_served_in_the_order_in_which_they_came()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        var running = bridge.Begin(scope: HostingFixture.Get with { Path = "/0" });
        for (var i = 1; i <= 3; i++)
        {
            _ = bridge.Begin(scope: HostingFixture.Get with { Path = $"/{i}" });
            await bridge.Directory.WaitingAsync("app", i);
        }

        var order = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var exchange = await worker.NextExchange();
            order.Add(Scope.Parser.ParseFrom(exchange.Head.Span).Http.Path);
            exchange.Accept();
            exchange.End(EndedKind.Finished);
        }

        Assert.Equal(["/0", "/1", "/2", "/3"], order);
        await running.WithDeadline();
        await bridge.Directory.RunningAsync("app", 0);
    }

    [Fact]
    public async Task One_that_has_waited_too_long_is_refused()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        _ = bridge.Begin();
        var waiting = bridge.Begin();
        await bridge.Clock.UntilArmedAsync(QueueTime);

        bridge.Clock.Advance(QueueTime);

        var ending = await waiting.WithDeadline();
        Assert.Equal((EndingKind.Refused, EndingCause.Overloaded), (ending.Kind, ending.Cause));
        Assert.Equal("No worker had a place for application app within 00:00:10 (Bridge:Workers:QueueTime).", ending.Reason);
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.WorkerQueueTime));
        Assert.Equal(0, bridge.Directory.Of("app").Waiting);
    }

    [Fact]
    public async Task The_time_of_one_that_is_refused_and_waits_again_goes_on()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        _ = bridge.Begin();
        var exchange = await worker.NextExchange();
        exchange.Accept();
        var waiting = bridge.Begin();
        await bridge.Clock.UntilArmedAsync(QueueTime);
        bridge.Clock.Advance(TimeSpan.FromSeconds(6));
        exchange.End(EndedKind.Finished);
        (await worker.NextExchange()).Refuse(RefusedCode.Draining, "Not here.");
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(4));

        worker.Session.Drain("The worker goes.");
        await bridge.Directory.ReadyAsync("app", 0);
        bridge.Clock.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(EndingKind.Refused, (await waiting.WithDeadline()).Kind);
    }

    [Fact]
    public async Task One_more_than_may_wait_is_refused_at_once()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:QueueLength", "1"));
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        _ = bridge.Begin();
        var waiting = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);

        var ending = await bridge.Begin().WithDeadline();

        Assert.Equal((EndingKind.Refused, EndingCause.Overloaded), (ending.Kind, ending.Cause));
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.WorkerQueueLength));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task Without_a_queue_an_instance_still_goes_to_another_worker()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:QueueLength", "0"));
        await using var first = await bridge.DialAsync("first");
        await using var second = await bridge.DialAsync("second");
        var running = bridge.Begin();
        (await first.NextExchange()).Refuse(RefusedCode.Overloaded, "No place.");
        var exchange = await second.NextExchange();
        exchange.Accept();
        exchange.End(EndedKind.Finished);

        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("The front has waited long enough.")]
    public async Task One_whose_client_leaves_makes_room_at_once(string? timedOut)
    {
        var kind = timedOut is null ? EndingKind.Disconnected : EndingKind.TimedOut;
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:QueueLength", "1"));
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        _ = bridge.Begin();
        await worker.NextExchange();
        var leaving = new FakeDriver { TimedOut = timedOut };
        var waiting = bridge.Begin(leaving);
        await bridge.Directory.WaitingAsync("app", 1);

        leaving.Leave();

        Assert.Equal(0, bridge.Directory.Of("app").Waiting);
        Assert.Equal((kind, timedOut), ((await waiting.WithDeadline()).Kind, (await waiting).Reason));
        Assert.Equal(1, bridge.Bridge.Metrics.LiveInstances);
    }

    [Fact]
    public async Task One_whose_driver_has_left_before_never_waits()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Offer("app", OfferState.Added);
        await WaitUntil.HoldsAsync(() => bridge.Directory.Of("app").Application == "app");
        var gone = new FakeDriver();
        gone.Leave();

        Assert.Equal(EndingKind.Disconnected, (await bridge.Begin(gone).WithDeadline()).Kind);
        Assert.Equal(0, bridge.Directory.Of("app").Waiting);
    }

    [Fact]
    public async Task An_application_that_starts_is_waited_for()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Offer("app", OfferState.Added);
        await WaitUntil.HoldsAsync(() => bridge.Directory.Of("app").Application == "app");
        var waiting = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);

        worker.Offer("app", OfferState.Ready);
        var exchange = await worker.NextExchange();
        exchange.Accept();
        exchange.End(EndedKind.Finished);

        Assert.Equal(EndingKind.Finished, (await waiting.WithDeadline()).Kind);
    }

    [Fact]
    public async Task A_restart_of_the_last_worker_means_waiting()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        var process = Guid.NewGuid();
        await using var before = (await TestWorker.DialAsync(bridge.Grpc, process: process)).Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        before.Kill();
        await bridge.Directory.ReadyAsync("app", 0);

        var waiting = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);
        await using var after = (await TestWorker.DialAsync(bridge.Grpc, process: process)).Offer("app", OfferState.Ready);
        var exchange = await after.NextExchange();
        exchange.Accept();
        exchange.End(EndedKind.Finished);

        Assert.Equal(EndingKind.Finished, (await waiting.WithDeadline()).Kind);
    }

    [Fact]
    public async Task An_application_without_a_worker_is_forgotten_after_its_time()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:RememberTime", "00:00:07"));
        await using var worker = await bridge.DialAsync("worker");
        worker.Offer("app", OfferState.Withdrawn);
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(7));
        var waiting = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);

        bridge.Clock.Advance(TimeSpan.FromSeconds(7));

        var ending = await waiting.WithDeadline();
        Assert.Equal((EndingKind.Refused, EndingCause.NotFound), (ending.Kind, ending.Cause));
        Assert.False(bridge.Bridge.Service<IApplicationDirectory>().TryFind("app", out _));

        // It is a new one when it comes back.
        worker.Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        _ = bridge.Begin();
        await worker.NextExchange();
    }

    [Fact]
    public async Task The_application_left_first_is_forgotten_for_a_new_one_and_those_with_workers_are_not()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:Applications", "2"));
        await using var worker = await TestWorker.DialAsync(bridge.Grpc);
        worker.Offer("a", OfferState.Ready).Offer("b", OfferState.Ready);
        await bridge.Directory.ReadyAsync("b");
        worker.Offer("c", OfferState.Ready);
        var refusal = await worker.NextOfferRefusal();

        worker.Offer("a", OfferState.Withdrawn);
        await bridge.Directory.ReadyAsync("a", 0);
        worker.Offer("c", OfferState.Ready);
        await bridge.Directory.ReadyAsync("c");

        Assert.Equal("c", refusal.Application);
        Assert.Equal("The bridge knows 2 applications of workers, its limit (Bridge:Workers:Applications).", refusal.Reason);
        Assert.Equal(["b", "c"], bridge.Directory.Names.Order());
        Assert.Equal(2, bridge.Bridge.Metrics.CountOf(Limit.WorkerApplications));
    }

    [Fact]
    public async Task A_name_that_the_bridge_hosts_is_refused_and_the_others_are_not()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await TestWorker.DialAsync(bridge.Grpc);
        worker.Offer("hosted", OfferState.Ready).Offer("app", OfferState.Ready);

        var refusal = await worker.NextOfferRefusal();
        await bridge.Directory.ReadyAsync("app");

        Assert.Equal(("hosted", "The bridge hosts an application of this name itself."), (refusal.Application, refusal.Reason));
        Assert.Null(worker.Session.Ending);
    }

    [Fact]
    public async Task A_client_that_names_no_worker_may_offer_nothing()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var client = await TestWorker.DialAsClientAsync(bridge.Grpc);
        client.Offer("app", OfferState.Ready);

        Assert.Equal("The hello named no worker: this session can only drive applications and make calls.", (await client.NextOfferRefusal()).Reason);
        Assert.Empty(bridge.Directory.Names);
    }
}
