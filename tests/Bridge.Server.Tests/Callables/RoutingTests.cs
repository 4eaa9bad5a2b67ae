using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Callables;

/// <summary>Where calls over sessions go.</summary>
public sealed class RoutingTests
{
    [Fact]
    public async Task A_call_reaches_the_worker_that_offers_the_callable_and_its_result_the_caller()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");

        var call = caller.Call(argument: "a word", thread: Guid.NewGuid(), time: TimeSpan.FromSeconds(20));
        var served = await worker.NextCall();
        var target = served.Target.Call!;
        await served.ReturnAsync("an answer");

        Assert.Equal("a word", served.Argument());
        Assert.Equal(call.Target.Path, target.Path);
        Assert.Equal(call.Target.ThreadContext, target.ThreadContext);
        Assert.Equal(20_000UL, target.TimeoutMs);
        Assert.Equal("an answer", await call.ResultAsync());
        Assert.Equal((ExchangeEndingKind.Ended, EndedKind.Finished), Of(await call.EndingAsync()));
        Assert.Equal(1, bridge.Calls.CountOf(CallEndingKind.Returned));
    }

    [Fact]
    public async Task A_call_of_a_callable_that_nobody_has_is_refused_as_not_found()
    {
        await using var bridge = await CallBridge.StartAsync();
        var caller = await bridge.DialAsync();

        var ending = await caller.Call("nobody").EndingAsync();

        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.NotFound), (ending.Kind, ending.RefusedCode));
        Assert.Equal("There is no callable nobody.", ending.Reason);
    }

    [Fact]
    public async Task A_withdrawn_callable_is_remembered_and_its_calls_wait_for_a_worker()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        worker.Offer("f", OfferState.Withdrawn);
        await bridge.ReadyAsync("f", 0);

        var call = caller.Call();
        await bridge.WaitingAsync("f", 1);
        var other = await bridge.ServeAsync("other");
        await (await other.NextCall()).ReturnAsync();

        Assert.Equal("done", await call.ResultAsync());
    }

    [Fact]
    public async Task Calls_go_to_the_worker_with_the_least_load_and_wait_when_no_place_is_free()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one", places: 1);
        var two = await bridge.ServeAsync("two", places: 1);
        var caller = await bridge.DialAsync("caller");

        var first = caller.Call();
        var atOne = await one.NextCall();
        var second = caller.Call();
        var atTwo = await two.NextCall();
        var third = caller.Call();
        await bridge.WaitingAsync("f", 1);
        await atTwo.ReturnAsync("two");
        await (await two.NextCall()).ReturnAsync("two again");
        await atOne.ReturnAsync("one");

        Assert.Equal(["one", "two", "two again"], [await first.ResultAsync(), await second.ResultAsync(), await third.ResultAsync()]);
    }

    [Fact]
    public async Task A_call_that_is_refused_goes_to_another_worker()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one");
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call(argument: "whole");
        var refused = await one.NextCall();
        var two = await bridge.ServeAsync("two");
        refused.Refuse(RefusedCode.Draining, "not now");

        var served = await two.NextCall();
        await served.ReturnAsync();

        Assert.Equal("whole", served.Argument());
        Assert.Equal("done", await call.ResultAsync());
    }

    [Theory]
    [InlineData(RefusedCode.TooDeep)]
    [InlineData(RefusedCode.TimedOut)]
    [InlineData(RefusedCode.InvalidHead)]
    [InlineData(RefusedCode.HeadTooLarge)]
    public async Task A_refusal_that_is_the_calls_own_fault_is_passed_on(RefusedCode code)
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one");
        var two = await bridge.ServeAsync("two");
        var caller = await bridge.DialAsync("caller");

        var call = caller.Call();
        (await one.NextCall()).Refuse(code, "because");
        var ending = await call.EndingAsync();

        Assert.Equal((ExchangeEndingKind.Refused, code, "because"), (ending.Kind, ending.RefusedCode, ending.Reason));
        Assert.False(two.Worker.HasExchange);
    }

    [Fact]
    public async Task A_call_waits_for_a_place_for_the_queues_time_and_is_then_refused()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Workers:QueueTime", "00:00:07"));
        var worker = await bridge.ServeAsync(places: 1);
        var caller = await bridge.DialAsync("caller");
        var first = caller.Call();
        var served = await worker.NextCall();

        var second = caller.Call();
        await bridge.WaitingAsync("f", 1);
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(7));
        bridge.Clock.Advance(TimeSpan.FromSeconds(7));
        var ending = await second.EndingAsync();
        await served.ReturnAsync();
        await first.ResultAsync();

        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.Overloaded), (ending.Kind, ending.RefusedCode));
        Assert.Equal("No worker had a place for callable f within 00:00:07 (Bridge:Workers:QueueTime).", ending.Reason);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.WorkerQueueTime));
    }

    [Fact]
    public async Task A_call_that_passes_the_depth_limit_is_refused_as_too_deep()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Callables:CallDepth", "2"));
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var first = caller.Call();
        var second = worker.Call(path: (await worker.NextCall()).Target.Call!.Path);
        var deepest = await worker.NextCall();

        var ending = await worker.Call(path: deepest.Target.Call!.Path).EndingAsync();
        await deepest.ReturnAsync();
        await second.ResultAsync();
        first.Exchange.Reset(ResetCode.Gone, "enough");

        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.TooDeep), (ending.Kind, ending.RefusedCode));
        Assert.Contains("at most 2 are taken (Bridge:Callables:CallDepth)", ending.Reason, StringComparison.Ordinal);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.CallDepth));
    }

    [Fact]
    public async Task A_call_goes_to_the_nearest_ancestors_process_past_its_places_and_its_queue()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one", places: 1);
        var two = await bridge.ServeAsync("two", places: 1);
        var caller = await bridge.DialAsync("caller");
        var outer = caller.Call();
        var atOne = await one.NextCall();
        var busy = caller.Call();
        var atTwo = await two.NextCall();
        var queued = caller.Call();
        await bridge.WaitingAsync("f", 1);

        var inner = one.Call(path: atOne.Target.Call!.Path);
        var innermost = await one.NextCall();
        await innermost.ReturnAsync("inner");
        Assert.Equal("inner", await inner.ResultAsync());
        await atOne.ReturnAsync("outer");
        await (await one.NextCall()).ReturnAsync("queued");
        await atTwo.ReturnAsync("busy");

        Assert.Equal(["outer", "busy", "queued"], [await outer.ResultAsync(), await busy.ResultAsync(), await queued.ResultAsync()]);
    }

    [Fact]
    public async Task A_callback_finds_the_process_that_waits_for_it_although_another_serves_it_too_and_it_was_withdrawn()
    {
        await using var bridge = await CallBridge.StartAsync();
        var caller = await bridge.ServeAsync("caller", "back");
        var other = await bridge.ServeAsync("other", "back");
        var worker = await bridge.ServeAsync("worker", "f");
        caller.Offer("back", OfferState.Withdrawn);
        await bridge.ReadyAsync("back", 1);

        var call = caller.Call();
        var served = await worker.NextCall();
        var back = worker.Call("back", served.Target.Call!.Path);
        await (await caller.NextCall()).ReturnAsync("from the caller");
        Assert.Equal("from the caller", await back.ResultAsync());
        await served.ReturnAsync();

        Assert.Equal("done", await call.ResultAsync());
        Assert.False(other.Worker.HasExchange);
    }

    [Fact]
    public async Task An_ancestors_process_that_refuses_leaves_the_call_to_the_other_rules()
    {
        await using var bridge = await CallBridge.StartAsync();
        var caller = await bridge.ServeAsync("caller", "back");
        var other = await bridge.ServeAsync("other", "back");
        var worker = await bridge.ServeAsync("worker", "f");
        caller.Offer("back", OfferState.Withdrawn);
        await bridge.ReadyAsync("back", 1);
        var call = caller.Call();
        var served = await worker.NextCall();

        var back = worker.Call("back", served.Target.Call!.Path);
        (await caller.NextCall()).Refuse(RefusedCode.NotFound, "gone");
        await (await other.NextCall()).ReturnAsync("from the other");

        Assert.Equal("from the other", await back.ResultAsync());
        await served.ReturnAsync();
        await call.ResultAsync();
    }

    [Fact]
    public async Task The_names_of_callables_and_applications_are_apart()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(callable: "hosted");
        var caller = await bridge.DialAsync("caller");

        var call = caller.Call("hosted");
        await (await worker.NextCall()).ReturnAsync();

        Assert.Equal("done", await call.ResultAsync());
    }

    [Fact]
    public async Task An_offer_beyond_the_limit_of_names_is_refused_by_the_name_of_the_callable()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Callables:Callables", "1"));
        var worker = await bridge.ServeAsync();

        worker.Offer("g", OfferState.Ready);
        var refusal = await worker.Worker.NextOfferRefusal();

        Assert.Equal(("g", ""), (refusal.Callable, refusal.Application));
        Assert.Equal("The bridge knows 1 callables of workers, its limit (Bridge:Callables:Callables).", refusal.Reason);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.Callables));
    }

    private static (ExchangeEndingKind Kind, EndedKind Ended) Of(ExchangeEnding ending) => (ending.Kind, ending.EndedKind);
}
