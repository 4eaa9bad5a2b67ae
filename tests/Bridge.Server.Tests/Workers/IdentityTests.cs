using Asgiref.Core.Hosting;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Bridge.Server.Workers;
using Grpc.Core;

namespace Bridge.Server.Tests.Workers;

/// <summary>Sessions and processes of one worker that take each other's place.</summary>
public sealed class IdentityTests
{
    private static readonly Guid Old = Guid.NewGuid();
    private static readonly Guid New = Guid.NewGuid();

    [Fact]
    public async Task A_session_of_the_same_process_and_slot_ends_the_older_one()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var older = (await TestWorker.DialAsync(bridge.Grpc, process: Old)).Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        var running = bridge.Begin();
        await older.NextExchange();

        await using var newer = (await TestWorker.DialAsync(bridge.Grpc, process: Old)).Offer("app", OfferState.Ready);

        var ending = await older.Ended;
        Assert.Equal((GoodbyeCode.Replaced, true), (ending.Code, ending.ByPeer));
        Assert.Equal(StatusCode.OK, (await older.StatusAsync()).StatusCode);
        Assert.Equal(EndingKind.Lost, (await running.WithDeadline()).Kind);
        await bridge.Directory.ReadyAsync("app");
        Assert.Null(newer.Session.Ending);
    }

    [Fact]
    public async Task Slots_of_one_process_live_side_by_side()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var first = (await TestWorker.DialAsync(bridge.Grpc, process: Old, slot: 0)).Offer("app", OfferState.Ready);
        await using var second = (await TestWorker.DialAsync(bridge.Grpc, process: Old, slot: 1)).Offer("app", OfferState.Ready);

        await bridge.Directory.ReadyAsync("app", 2);

        Assert.Equal((null, null), (first.Session.Ending, second.Session.Ending));
    }

    [Fact]
    public async Task A_newer_process_makes_the_older_one_drain_at_once()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var older = (await TestWorker.DialAsync(bridge.Grpc, process: Old)).Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        var running = bridge.Begin();
        var exchange = await older.NextExchange();
        exchange.Accept();

        await using var newer = (await TestWorker.DialAsync(bridge.Grpc, process: New)).Offer("app", OfferState.Ready);

        Assert.Equal("A newer process of the worker worker has taken its place.", await older.Drained);
        await bridge.Directory.ReadyAsync("app");
        var next = bridge.Begin();
        await newer.NextExchange();
        Assert.False(running.IsCompleted);
        exchange.End(EndedKind.Finished);
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        Assert.Equal(GoodbyeCode.Done, (await older.Ended).Code);
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task What_the_older_one_still_runs_after_the_drain_time_is_lost_to_a_stop()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Sessions:DrainTime", "00:00:44"));
        await using var older = (await TestWorker.DialAsync(bridge.Grpc, process: Old)).Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        var running = bridge.Begin();
        (await older.NextExchange()).Accept();
        await using var newer = await TestWorker.DialAsync(bridge.Grpc, process: New);
        await older.Drained;

        bridge.Clock.Advance(TimeSpan.FromSeconds(44));

        var ending = await running.WithDeadline();
        Assert.Equal((EndingKind.Lost, EndingCause.Draining), (ending.Kind, ending.Cause));
        Assert.Equal(GoodbyeCode.Done, (await older.Ended).Code);
        Assert.Null(newer.Session.Ending);
    }

    [Fact]
    public async Task A_process_that_was_replaced_is_sent_away_when_it_dials_again_and_leaves_the_newer_one_alone()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var older = await ArriveAsync(bridge, Old);
        await using var newer = (await TestWorker.DialAsync(bridge.Grpc, process: New)).Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        await older.Ended;

        await using var again = await TestWorker.DialAsync(bridge.Grpc, process: Old);

        Assert.Equal(GoodbyeCode.Replaced, (await again.Ended).Code);
        Assert.Equal(StatusCode.OK, (await again.StatusAsync()).StatusCode);
        Assert.Equal(1, bridge.Directory.Of("app").Ready);
        Assert.Null(newer.Session.Ending);
    }

    [Fact]
    public async Task It_is_remembered_when_no_process_is_connected()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var older = await TestWorker.DialAsync(bridge.Grpc, process: Old);
        await LeaveAsync(bridge, older);
        await using var newer = await TestWorker.DialAsync(bridge.Grpc, process: New);
        await LeaveAsync(bridge, newer);

        await using var again = await TestWorker.DialAsync(bridge.Grpc, process: Old);
        Assert.Equal(GoodbyeCode.Replaced, (await again.Ended).Code);

        await using var newest = await TestWorker.DialAsync(bridge.Grpc, process: New);
        Assert.Null(newest.Session.Ending);
    }

    [Fact]
    public async Task Processes_of_other_workers_are_nobodys_older_ones()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var first = await bridge.DialAsync("first");
        await using var second = await bridge.DialAsync("second");

        Assert.Equal(2, bridge.Directory.Of("app").Ready);
    }

    [Fact]
    public async Task Of_the_processes_that_are_remembered_the_oldest_are_forgotten()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:RememberedProcesses", "1"));
        await using var first = await ArriveAsync(bridge, Old);
        await using var second = await TestWorker.DialAsync(bridge.Grpc, process: New);
        await first.Ended;
        await using var third = await TestWorker.DialAsync(bridge.Grpc);
        await second.Ended;

        await using var again = await TestWorker.DialAsync(bridge.Grpc, process: Old);

        Assert.Equal("A newer process of the worker worker has taken its place.", await third.Drained);
        Assert.True(bridge.Bridge.Metrics.CountOf(Limit.RememberedProcesses) > 0);
        Assert.False(again.Session.Ended.IsCompleted);
    }

    [Fact]
    public async Task What_a_replaced_process_offers_nobody_gets()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var older = (await TestWorker.DialAsync(bridge.Grpc, process: Old)).Offer("app", OfferState.Ready);
        await bridge.Directory.ReadyAsync("app");
        var running = bridge.Begin();
        var exchange = await older.NextExchange();
        exchange.Accept();
        await using var newer = await TestWorker.DialAsync(bridge.Grpc, process: New);
        await older.Drained;

        older.Offer("late", OfferState.Ready).Offer("app", OfferState.Ready);
        exchange.End(EndedKind.Finished);
        await running.WithDeadline();

        Assert.Equal(GoodbyeCode.Done, (await older.Ended).Code);
        Assert.Equal(new WorkerFigures("app", 0, 0, 0), bridge.Directory.Of("app"));
        Assert.Equal(["app"], bridge.Directory.Names);
    }

    /// <summary>
    /// Dials in, and waits until the bridge knows the worker: that its hello has been answered says only that the bridge has
    /// said its own, and a process that dials next might come first.
    /// </summary>
    private static async Task<TestWorker> ArriveAsync(WorkerBridge bridge, Guid process)
    {
        var here = Here();
        var worker = await TestWorker.DialAsync(bridge.Grpc, process: process);
        await WaitUntil.HoldsAsync(() => Here() > here);
        return worker;

        int Here() => bridge.Bridge.Log.Messages.Count(message => message.Contains("is here", StringComparison.Ordinal));
    }

    private static async Task LeaveAsync(WorkerBridge bridge, TestWorker worker)
    {
        var gone = Gone();
        worker.Session.Close(GoodbyeCode.Done, "Gone.");
        await WaitUntil.HoldsAsync(() => Gone() > gone);

        int Gone() => bridge.Bridge.Log.Messages.Count(message => message.Contains("has gone", StringComparison.Ordinal));
    }
}
