using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Hosting;
using Bridge.Server.Workers;

namespace Bridge.Server.Tests.Workers;

/// <summary>Which worker gets an instance, and what becomes of one that a worker refuses.</summary>
public sealed class RoutingTests
{
    [Fact]
    public async Task The_worker_with_the_least_load_for_its_places_gets_the_next_instance()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var small = await bridge.DialAsync("small", maxInstances: 2);
        await using var large = await bridge.DialAsync("large", maxInstances: 4);

        // 0/2 0/4, 1/2 0/4, 1/2 1/4, 1/2 2/4 (small's turn again), 2/2 2/4, 2/2 3/4
        var order = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            _ = bridge.Begin();
            order.Add(await FirstOf((small, "small"), (large, "large")));
        }

        Assert.Equal(["small", "large", "large", "small", "large", "large"], order);
    }

    [Fact]
    public async Task Workers_with_the_same_load_take_turns()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var first = await bridge.DialAsync("first");
        await using var second = await bridge.DialAsync("second");
        var order = new List<string>();

        for (var i = 0; i < 4; i++)
        {
            var running = bridge.Begin();
            order.Add(await FirstOf((first, "first"), (second, "second"), finish: true));
            await running.WithDeadline();
            await bridge.Directory.RunningAsync("app", 0);
        }

        Assert.Equal(["first", "second", "first", "second"], order);
    }

    [Fact]
    public async Task The_places_of_a_session_are_shared_by_its_applications()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await TestWorker.DialAsync(bridge.Grpc, options: new SessionOptions { Exchanges = 1 });
        worker.Offer("app", OfferState.Ready).Offer("other", OfferState.Ready);
        await bridge.Directory.ReadyAsync("other");
        var first = bridge.Begin();
        var exchange = await worker.NextExchange();

        var other = bridge.Begin(application: "other");
        await bridge.Directory.WaitingAsync("other", 1);
        exchange.Accept();
        exchange.End(EndedKind.Finished);

        Assert.Equal("other", (await worker.NextExchange()).Target.Name);
        Assert.Equal(EndingKind.Finished, (await first.WithDeadline()).Kind);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task A_place_is_free_only_when_the_worker_says_that_the_application_has_returned()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        var leaving = new FakeDriver();
        var first = bridge.Begin(leaving);
        var exchange = await worker.NextExchange();
        exchange.Accept();
        await WaitUntil.HoldsAsync(() => worker.Session.OpenedByPeer == 1);

        leaving.Leave();
        Assert.Equal(EndingKind.Disconnected, (await first.WithDeadline()).Kind);
        var second = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);
        Assert.Equal(1, bridge.Directory.Of("app").Running);

        exchange.End(EndedKind.Disconnected);
        await worker.NextExchange();
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task What_one_worker_refuses_goes_to_another_with_all_that_was_sent()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var first = await bridge.DialAsync("first");
        await using var second = await bridge.DialAsync("second");
        var driver = new FakeDriver();
        driver.Give(new HttpRequestEvent { Body = "hello"u8.ToArray() });
        var running = bridge.Begin(driver);

        (await first.NextExchange()).Refuse(RefusedCode.Overloaded, "No place.");
        var exchange = await second.NextExchange();
        exchange.Accept();
        var received = await exchange.ReceiveAsync().WithDeadline();
        exchange.End(EndedKind.Finished);

        Assert.Equal("hello"u8.ToArray(), received.Data.ToArray());
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        var metrics = bridge.Bridge.Service<WorkerMetrics>();
        Assert.Equal((1, 1), (metrics.RefusedCount, metrics.ReplayedCount));
        Assert.Equal(0, bridge.Bridge.Metrics.LiveInstances);
    }

    [Fact]
    public async Task A_worker_that_has_refused_is_left_alone_for_the_pause_and_asked_again()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        var running = bridge.Begin();
        (await worker.NextExchange()).Refuse(RefusedCode.Overloaded, "No place.");
        await bridge.Directory.WaitingAsync("app", 1);
        var later = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 2);

        bridge.Clock.Advance(TimeSpan.FromMilliseconds(100));

        // The one that had its turn comes before the one that has waited less.
        await FinishAsync(worker);
        await running.WithDeadline();
        await FinishAsync(worker);
        await later.WithDeadline();
    }

    [Fact]
    public async Task A_refusal_that_is_repeated_is_passed_on_after_the_last_attempt()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:Attempts", "3"));
        var workers = new List<TestWorker>();
        for (var i = 0; i < 4; i++)
        {
            workers.Add(await bridge.DialAsync($"worker{i}"));
        }

        var running = bridge.Begin();
        for (var i = 0; i < 3; i++)
        {
            (await workers[i].NextExchange()).Refuse(RefusedCode.Overloaded, $"No place at {i}.");
        }

        var ending = await running.WithDeadline();
        Assert.Equal((EndingKind.Refused, "No place at 2."), (ending.Kind, ending.Reason));
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.WorkerAttempts));
        await DisposeAsync(workers);
    }

    [Fact]
    public async Task A_scope_that_is_too_large_goes_nowhere_else()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var first = await TestWorker.DialAsync(bridge.Grpc, "first", options: new SessionOptions { HeadBytes = 1 });
        first.Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        await using var second = await bridge.DialAsync("second");
        var endings = new List<InstanceEnding>();

        // One of the two takes it, so one of two instances is refused, and the other one goes on.
        var running = new[] { bridge.Begin(), bridge.Begin() };
        await FinishAsync(second);
        foreach (var instance in running)
        {
            endings.Add(await instance.WithDeadline());
        }

        Assert.Single(endings, ending => ending is { Kind: EndingKind.Refused, Cause: EndingCause.ScopeTooLarge });
        Assert.Single(endings, ending => ending.Kind == EndingKind.Finished);
        await bridge.Directory.RunningAsync("app", 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_worker_had_when_it_died_is_lost_and_not_given_to_another(bool accepted)
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var first = await bridge.DialAsync("first");
        var running = bridge.Begin();
        var exchange = await first.NextExchange();
        if (accepted)
        {
            exchange.Accept();
        }

        await using var second = await bridge.DialAsync("second");
        first.Kill();

        Assert.Equal(EndingKind.Lost, (await running.WithDeadline()).Kind);
        await bridge.Directory.ReadyAsync("app", 1);
        Assert.Equal(0, second.Session.OpenedByPeer);
        Assert.Equal(0, bridge.Directory.Of("app").Running);
        Assert.Equal(0, bridge.Bridge.Service<WorkerMetrics>().ReplayedCount);
    }

    [Fact]
    public async Task A_worker_that_drains_gets_nothing_new_and_finishes_what_runs()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var first = await bridge.DialAsync("first");
        var running = bridge.Begin();
        var exchange = await first.NextExchange();
        exchange.Accept();

        first.Session.Drain("Done for today.");
        await bridge.Directory.ReadyAsync("app", 0);
        var next = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);
        await using var second = await bridge.DialAsync("second");

        await FinishAsync(second);
        Assert.Equal(EndingKind.Finished, (await next.WithDeadline()).Kind);
        exchange.End(EndedKind.Finished);
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        Assert.Equal(GoodbyeCode.Done, (await first.Ended).Code);
    }

    [Fact]
    public async Task An_application_that_is_withdrawn_gets_nothing_new_and_another_of_the_worker_does()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker");
        worker.Offer("other", OfferState.Ready).Offer("app", OfferState.Withdrawn);
        await bridge.Directory.ReadyAsync("other");
        await bridge.Directory.ReadyAsync("app", 0);

        var waiting = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);
        var other = bridge.Begin(application: "other");
        await FinishAsync(worker);

        Assert.Equal(EndingKind.Finished, (await other.WithDeadline()).Kind);
        worker.Offer("app", OfferState.Ready);
        await FinishAsync(worker);
        Assert.Equal(EndingKind.Finished, (await waiting.WithDeadline()).Kind);
    }

    private static async Task FinishAsync(TestWorker worker)
    {
        var exchange = await worker.NextExchange();
        exchange.Accept();
        exchange.End(EndedKind.Finished);
    }

    private static async Task<string> FirstOf((TestWorker Worker, string Name) one, (TestWorker Worker, string Name) two, bool finish = false)
    {
        await WaitUntil.HoldsAsync(() => one.Worker.HasExchange || two.Worker.HasExchange);
        var (worker, name) = one.Worker.HasExchange ? one : two;
        var exchange = await worker.NextExchange();
        exchange.Accept();
        if (finish)
        {
            exchange.End(EndedKind.Finished);
        }

        return name;
    }

    private static async Task DisposeAsync(IEnumerable<TestWorker> workers)
    {
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }
    }
}
