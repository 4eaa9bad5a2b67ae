using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Callables;

/// <summary>Calls of one thread-sensitive context go to one process.</summary>
public sealed class ThreadContextTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_calls_of_a_context_go_to_the_process_of_the_first_and_wait_for_it()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one", places: 1);
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        var first = caller.Call(thread: context);
        var atOne = await one.NextCall();
        var two = await bridge.ServeAsync("two", places: 1);

        var second = caller.Call(thread: context);
        await bridge.WaitingAsync("f", 1);
        var third = caller.Call();
        await (await two.NextCall()).ReturnAsync("unbound");
        Assert.Equal("unbound", await third.ResultAsync());
        await atOne.ReturnAsync("one");
        await (await one.NextCall()).ReturnAsync("one again");

        Assert.Equal(["one", "one again"], [await first.ResultAsync(), await second.ResultAsync()]);
        Assert.False(two.Worker.HasExchange);
        Assert.Equal(1, Contexts(bridge).Count);
    }

    [Fact]
    public async Task Calls_that_come_while_the_first_looks_for_a_place_go_where_it_goes()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one", places: 1);
        var caller = await bridge.DialAsync("caller");
        var busy = caller.Call();
        var atOne = await one.NextCall();
        var context = Guid.NewGuid();
        var first = caller.Call(thread: context);
        await bridge.WaitingAsync("f", 1);
        var second = caller.Call(thread: context);

        var two = await bridge.ServeAsync("two", places: 2);
        var served = await two.NextCall();
        var servedToo = await two.NextCall();
        await atOne.ReturnAsync();
        await served.ReturnAsync("two");
        await servedToo.ReturnAsync("two");

        Assert.Equal(["two", "two", "done"], [await first.ResultAsync(), await second.ResultAsync(), await busy.ResultAsync()]);
    }

    [Fact]
    public async Task A_context_whose_process_has_gone_starts_anew_at_another()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one");
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        var first = caller.Call(thread: context);
        await (await one.NextCall()).ReturnAsync();
        await first.ResultAsync();
        var two = await bridge.ServeAsync("two");
        one.Worker.Kill();
        await bridge.ReadyAsync("f", 1);

        var second = caller.Call(thread: context);
        await (await two.NextCall()).ReturnAsync("two");

        Assert.Equal("two", await second.ResultAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_that_waited_for_the_process_of_their_context_when_it_left_go_to_one_other_which_hears_of_its_end(bool isLost)
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one", places: 1);
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        var first = caller.Call(thread: context);
        var atOne = await one.NextCall();
        var second = caller.Call(thread: context);
        await bridge.WaitingAsync("f", 1);
        var third = caller.Call(thread: context);
        await bridge.WaitingAsync("f", 2);
        if (isLost)
        {
            one.Worker.Kill();
        }
        else
        {
            one.Offer("f", OfferState.Withdrawn);
        }

        await bridge.ReadyAsync("f", 0);
        var two = await bridge.ServeAsync("two", places: 1);
        var atTwo = await two.NextCall();
        var three = await bridge.ServeAsync("three", places: 1);
        var other = caller.Call();
        await (await three.NextCall()).ReturnAsync("other");
        Assert.Equal("other", await other.ResultAsync());
        await atTwo.ReturnAsync("two");
        await (await two.NextCall()).ReturnAsync("two again");

        Assert.Equal(["two", "two again"], new[] { await second.ResultAsync(), await third.ResultAsync() }.Order());
        Assert.False(three.Worker.HasExchange);
        if (!isLost)
        {
            await atOne.ReturnAsync("one");
            Assert.Equal("one", await first.ResultAsync());
        }

        caller.Worker.Session.EndThreadContext(context);
        Assert.Equal(context, await two.Worker.NextThreadContextEnded());
    }

    [Fact]
    public async Task The_process_that_got_a_call_when_that_of_its_context_left_hears_of_the_end()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one", places: 1);
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        caller.Call(thread: context);
        await one.NextCall();
        var second = caller.Call(thread: context);
        await bridge.WaitingAsync("f", 1);
        one.Worker.Kill();
        await bridge.ReadyAsync("f", 0);
        var two = await bridge.ServeAsync("two");
        await (await two.NextCall()).ReturnAsync("two");
        Assert.Equal("two", await second.ResultAsync());

        caller.Worker.Session.EndThreadContext(context);

        Assert.Equal(context, await two.Worker.NextThreadContextEnded());
    }

    [Fact]
    public async Task The_owners_word_ends_a_context_and_its_processes_are_told()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var stranger = await bridge.DialAsync("stranger");
        var context = Guid.NewGuid();
        await CallAsync(caller, worker, context);

        stranger.Worker.Session.EndThreadContext(context);
        await stranger.Worker.ConfirmAsync();
        await stranger.Worker.ConfirmAsync();
        Assert.Equal(1, Contexts(bridge).Count);
        caller.Worker.Session.EndThreadContext(context);

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        Assert.Equal(0, Contexts(bridge).Count);
    }

    [Fact]
    public async Task A_lost_owner_ends_its_contexts()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        await CallAsync(caller, worker, context);

        caller.Worker.Kill();

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        Assert.Equal(0, Contexts(bridge).Count);
    }

    [Fact]
    public async Task A_lost_owner_ends_its_contexts_also_where_a_callback_still_runs()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var owner = await bridge.DialAsync("owner");
        var context = Guid.NewGuid();
        owner.Call(path: [new CallStep { Call = WireId.ToBytes(Guid.NewGuid()), Peer = WireId.ToBytes(worker.Process) }], thread: context);
        await worker.NextCall();

        owner.Worker.Kill();

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
    }

    [Fact]
    public async Task A_call_that_comes_to_its_worker_after_its_context_has_ended_leaves_none_there()
    {
        await using var bridge = await CallBridge.StartAsync();
        var first = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        first.Offer("f", OfferState.Withdrawn);
        await bridge.ReadyAsync("f", 0);
        var context = Guid.NewGuid();
        var call = caller.Call(thread: context);
        await bridge.WaitingAsync("f", 1);
        caller.Worker.Session.EndThreadContext(context);
        await WaitUntil.HoldsAsync(() => Contexts(bridge).Count == 0);

        var worker = await bridge.ServeAsync("other");
        await (await worker.NextCall()).ReturnAsync();

        Assert.Equal("done", await call.ResultAsync());
        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
    }

    [Fact]
    public async Task A_call_that_its_caller_has_left_keeps_no_thread_of_a_context_that_has_ended()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        var call = caller.Call(thread: context);
        var served = await worker.NextCall();
        Assert.True(served.Accept());
        call.Exchange.Reset(ResetCode.Gone, "enough");
        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);

        caller.Worker.Session.EndThreadContext(context);
        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        served.End(EndedKind.Finished);

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
    }

    [Fact]
    public async Task A_process_that_has_refused_a_call_of_a_context_hears_of_its_end()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one");
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        await CallAsync(caller, one, context);
        var second = caller.Call(thread: context);
        var refused = await one.NextCall();
        var two = await bridge.ServeAsync("two");
        refused.Refuse(RefusedCode.Overloaded, "not now");
        await (await two.NextCall()).ReturnAsync("two");
        Assert.Equal("two", await second.ResultAsync());

        caller.Worker.Session.EndThreadContext(context);

        Assert.Equal(context, await one.Worker.NextThreadContextEnded());
        Assert.Equal(context, await two.Worker.NextThreadContextEnded());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_comes_when_its_context_has_ended_leaves_none_anywhere(bool isLost)
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var owner = await bridge.DialAsync("owner");
        var late = await bridge.DialAsync("late");
        var context = Guid.NewGuid();
        await CallAsync(owner, worker, context);
        if (isLost)
        {
            owner.Worker.Kill();
        }
        else
        {
            owner.Worker.Session.EndThreadContext(context);
        }

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        await CallAsync(late, worker, context);

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        Assert.Equal(0, Contexts(bridge).Count);
    }

    [Fact]
    public async Task A_process_goes_on_with_its_context_when_it_has_lost_its_session()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var owner = await bridge.DialAsync("owner");
        var context = Guid.NewGuid();
        await CallAsync(owner, worker, context);
        owner.Worker.Kill();
        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());

        var again = await bridge.DialAsync("owner", owner.Process);
        await CallAsync(again, worker, context);

        Assert.Equal(1, Contexts(bridge).Count);
        again.Worker.Session.EndThreadContext(context);
        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        await WaitUntil.HoldsAsync(() => Contexts(bridge).Count == 0);
    }

    [Fact]
    public async Task The_first_call_of_a_context_that_comes_behind_the_word_of_its_end_leaves_none_anywhere()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();

        caller.Worker.Session.EndThreadContext(context);
        await CallAsync(caller, worker, context);

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        Assert.Equal(0, Contexts(bridge).Count);
    }

    [Fact]
    public async Task Calls_of_a_session_that_has_ended_leave_no_context_anywhere()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var contexts = Contexts(bridge);
        var (context, owner, process) = (Guid.NewGuid(), new object(), Guid.NewGuid());

        contexts.OnOwnerEnded(owner);
        var call = contexts.Enter(context, owner, process)!;
        call.Add(worker.Process);
        var below = contexts.Enter(context, new object(), worker.Process)!;
        below.Add(worker.Process);
        Assert.Equal(0, contexts.Count);

        contexts.Leave(below);
        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        contexts.Leave(call);
        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
    }

    [Fact]
    public async Task A_session_that_has_ended_owns_no_context_that_others_use()
    {
        await using var bridge = await CallBridge.StartAsync();
        var contexts = Contexts(bridge);
        var (context, lost, process) = (Guid.NewGuid(), new object(), Guid.NewGuid());
        contexts.Enter(context, owner: null, process);

        contexts.OnOwnerEnded(lost);
        contexts.Enter(context, lost, process);
        var owner = new object();
        contexts.Enter(context, owner, process);
        contexts.End(context, owner);

        Assert.Equal(0, contexts.Count);
    }

    [Fact]
    public async Task What_is_left_of_a_lost_context_does_not_end_it_where_its_owner_goes_on_with_it()
    {
        await using var bridge = await CallBridge.StartAsync();
        var one = await bridge.ServeAsync("one");
        var owner = await bridge.DialAsync("owner");
        var context = Guid.NewGuid();
        owner.Call(thread: context);
        var left = await one.NextCall();
        Assert.True(left.Accept());
        owner.Worker.Kill();
        Assert.Equal(context, await one.Worker.NextThreadContextEnded());
        one.Offer("f", OfferState.Withdrawn);
        await bridge.ReadyAsync("f", 0);
        var two = await bridge.ServeAsync("two");
        var again = await bridge.DialAsync("owner", owner.Process);
        await CallAsync(again, two, context);

        left.End(EndedKind.Finished);
        var marker = Guid.NewGuid();
        var other = await bridge.DialAsync("other");
        await WaitUntil.HoldsAsync(() => one.Worker.Session.OpenedByPeer == 0);
        one.Offer("f", OfferState.Ready);
        await bridge.ReadyAsync("f", 2);
        two.Offer("f", OfferState.Withdrawn);
        await bridge.ReadyAsync("f", 1);
        await CallAsync(other, one, marker);
        other.Worker.Session.EndThreadContext(marker);
        Assert.Equal(marker, await one.Worker.NextThreadContextEnded());

        again.Worker.Session.EndThreadContext(context);
        Assert.Equal(context, await two.Worker.NextThreadContextEnded());
        Assert.Equal(context, await one.Worker.NextThreadContextEnded());
    }

    [Fact]
    public async Task A_context_without_a_call_idles_out()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();
        await CallAsync(caller, worker, context);

        await bridge.Clock.UntilArmedAsync(Idle);
        bridge.Clock.Advance(Idle);

        Assert.Equal(context, await worker.Worker.NextThreadContextEnded());
        Assert.Equal(0, Contexts(bridge).Count);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.ThreadContextIdleTime));
    }

    [Fact]
    public async Task The_call_of_a_context_beyond_the_limit_is_refused()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Callables:ThreadContexts", "1"));
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        await CallAsync(caller, worker, Guid.NewGuid());

        var ending = await caller.Call(thread: Guid.NewGuid()).EndingAsync();

        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.Overloaded), (ending.Kind, ending.RefusedCode));
        Assert.Contains("(Bridge:Callables:ThreadContexts)", ending.Reason, StringComparison.Ordinal);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.ThreadContexts));
    }

    private static async Task CallAsync(CallPeer caller, CallPeer worker, Guid context)
    {
        var call = caller.Call(thread: context);
        await (await worker.NextCall()).ReturnAsync();
        await call.ResultAsync();
    }

    private static ThreadContexts Contexts(CallBridge bridge) => bridge.Bridge.Service<ThreadContexts>();
}
