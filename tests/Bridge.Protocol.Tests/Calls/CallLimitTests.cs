using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Bridge.Protocol.Sessions;
using static Bridge.Protocol.Tests.Calls.TwoCallPeers;

namespace Bridge.Protocol.Tests.Calls;

/// <summary>Calls at the limits of their session.</summary>
public class CallLimitTests
{
    [Theory]
    [InlineData(50_000)]
    [InlineData(3_000_000)]
    public async Task Arguments_items_and_results_of_many_windows_arrive_whole(int length)
    {
        var peers = await Start();
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        var items = 0;
        var calling = peers.Call(item =>
        {
            Assert.True(item.Data.Span.SequenceEqual(bytes));
            items++;
            return ValueTask.CompletedTask;
        }, Request(bytes));
        var call = await peers.NextAccepted();
        Assert.True(call.Request.Argument.Data.Span.SequenceEqual(bytes));
        await call.SendItemAsync(Bytes(bytes)).AsTask().WithDeadline();
        Assert.True(call.EndAsync(CallOutcome.Returned(Bytes(bytes), ContextBagDelta.None)).IsCompletedSuccessfully);
        Assert.True((await calling).Result.Data.Span.SequenceEqual(bytes));
        Assert.Equal(1, items);
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task A_caller_that_leaves_within_a_long_result_frees_the_place()
    {
        var peers = await Start();
        using var leave = new CancellationTokenSource();
        var stuck = new TaskCompletionSource();
        var calling = peers.Call(onItem: async _ => await stuck.Task, token: leave.Token);
        var call = await peers.NextAccepted();
        // One is being taken and one waits, so that the parts of the result are not credited.
        await call.SendItemAsync(Bytes(1));
        await call.SendItemAsync(Bytes(2));
        await call.EndAsync(CallOutcome.Returned(Bytes(new byte[1_000_000]), ContextBagDelta.None));
        await WaitUntil.HoldsAsync(() => peers.Both.Client.Counters.HeldBytes > 40_000);
        Assert.Equal(1, peers.Both.Server.OpenedByPeer);
        await leave.CancelAsync();
        stuck.SetResult();
        Assert.Equal(CallFailureKind.Cancelled, (await calling).Failure!.Kind);
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task An_argument_larger_than_the_peer_takes_is_an_error_here()
    {
        var peers = await Start(new SessionOptions { EventBytes = 1000 });
        var failure = (await peers.Call(Request(new byte[1001]))).Failure!;
        Assert.Equal(CallFailureKind.BadArgument, failure.Kind);
        Assert.Matches("^The argument of 'add' has [0-9]+ bytes with what goes along; the peer of the session client takes 1000 \\(EventBytes\\)\\.$", failure.Message);
        Assert.Equal(0, peers.Both.Client.OpenedHere);
    }

    [Fact]
    public async Task A_result_or_an_error_larger_than_the_caller_takes_is_a_bad_argument_for_it()
    {
        var peers = await Start(new SessionOptions { EventBytes = 1000 });
        foreach (var outcome in new[]
        {
            CallOutcome.Returned(Bytes(new byte[1001]), ContextBagDelta.None),
            CallOutcome.Failed(new CallFailure(CallFailureKind.Raised, new string('m', 1001))),
        })
        {
            var calling = peers.Call();
            await (await peers.NextAccepted()).EndAsync(outcome);
            var failure = (await calling).Failure!;
            Assert.Equal(CallFailureKind.BadArgument, failure.Kind);
            Assert.EndsWith("the peer takes 1000 (EventBytes).", failure.Message, StringComparison.Ordinal);
        }

        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task An_item_larger_than_the_caller_takes_raises_in_the_callee_which_may_go_on()
    {
        var peers = await Start(new SessionOptions { EventBytes = 1000 });
        var items = 0;
        var calling = peers.Call(onItem: _ =>
        {
            items++;
            return ValueTask.CompletedTask;
        });
        var call = await peers.NextAccepted();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => call.SendItemAsync(Bytes(new byte[1001])).AsTask());
        Assert.StartsWith("An item of 'add' is too large: ", error.Message, StringComparison.Ordinal);
        await call.SendItemAsync(Bytes(1));
        await call.EndAsync(CallOutcome.Returned(CallPayload.None, ContextBagDelta.None));
        Assert.Null((await calling).Failure);
        Assert.Equal(1, items);
    }

    [Fact]
    public async Task A_full_session_and_a_path_that_is_too_long_refuse_and_nothing_leaves()
    {
        var peers = await Start(new SessionOptions { Exchanges = 1 });
        var running = peers.Call();
        var call = await peers.NextAccepted();
        var full = (await peers.Call()).Failure!;
        Assert.Equal((CallFailureKind.Overloaded, "1 exchanges are open on the session client; its peer takes no more (Exchanges)."), (full.Kind, full.Message));
        var path = Enumerable.Range(0, CallRules.MaxPath + 1).Select(_ => new CallStep(Guid.NewGuid(), Guid.NewGuid())).ToArray();
        Assert.Equal(CallFailureKind.TooDeep, (await peers.Call(Request() with { Path = path })).Failure!.Kind);
        await call.EndAsync(CallOutcome.Returned(CallPayload.None, ContextBagDelta.None));
        await running;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_that_cannot_cross_is_a_bad_argument(bool empty)
    {
        var peers = await Start();
        var name = empty ? "" : "\ud800";
        Assert.Equal(CallFailureKind.BadArgument, (await peers.Call(Request() with { Callable = name })).Failure!.Kind);
        Assert.Equal(0, peers.Both.Client.OpenedHere);
    }

    [Fact]
    public async Task A_value_of_the_context_that_cannot_cross_is_a_bad_argument()
    {
        var peers = await Start();
        Asgiref.Core.Values.AsgiValue deep = 1L;
        for (var level = 0; level < 40; level++)
        {
            deep = new Asgiref.Core.Values.AsgiValue.ListValue([deep]);
        }

        var values = Asgiref.Core.Values.AsgiValueMap.Create([new("deep", deep)]);
        Assert.Equal(CallFailureKind.BadArgument, (await peers.Call(Request(context: ContextBagSnapshot.Create(values)))).Failure!.Kind);
        var calling = peers.Call();
        await (await peers.NextAccepted()).EndAsync(CallOutcome.Returned(CallPayload.None, new ContextBagDelta(values, [])));
        Assert.Equal(CallFailureKind.BadArgument, (await calling).Failure!.Kind);
    }

    [Fact]
    public async Task A_call_on_a_session_that_drains_or_has_ended_never_left()
    {
        var peers = await Start();
        peers.Both.Server.Drain("Enough.");
        await peers.Both.ClientHandler.Drain;
        var attempt = await peers.Caller.TryCallAsync(new Bridge.Protocol.Calls.PreparedCall(Request()), null, default);
        Assert.Equal((true, CallFailureKind.Draining), (attempt.MayGoElsewhere, attempt.Outcome.Failure!.Kind));
        await peers.Both.Runs();
        attempt = await peers.Caller.TryCallAsync(new Bridge.Protocol.Calls.PreparedCall(Request()), null, default);
        Assert.Equal((true, CallFailureKind.Draining), (attempt.MayGoElsewhere, attempt.Outcome.Failure!.Kind));
    }

    [Fact]
    public async Task The_word_that_a_call_is_accepted_waits_for_the_answer_but_not_for_long()
    {
        var peers = await Start();
        var accepted = new TaskCompletionSource();
        peers.Both.Client.Open(Bridge.Protocol.Tests.Sessions.Frames.Call(), default, null, out var exchange, new Observer(accepted));
        var call = await peers.NextAccepted();
        await peers.Clock.UntilArmedAsync(Session.AcceptedTime);
        Assert.False(exchange!.IsAccepted);
        peers.Clock.Advance(Session.AcceptedTime);
        await accepted.Task.WithDeadline();
        Assert.True(exchange.IsAccepted);
        await call.EndAsync(CallOutcome.Returned(CallPayload.None, ContextBagDelta.None));
        Assert.Equal(ReceivedKind.Event, (await exchange.ReceiveAsync().WithDeadline()).Kind);
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task An_answer_wakes_the_writer_that_the_word_of_acceptance_had_not()
    {
        var peers = await Start();
        using var leave = new CancellationTokenSource();
        var calling = peers.Call(token: leave.Token);
        var call = await peers.NextAccepted();
        // The reset's `ended` is control, as the word that still waits is.
        await leave.CancelAsync();
        await calling;
        await WaitUntil.HoldsAsync(() => call.HasCallerLeft);
        await call.EndAsync(CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, "")));
        await peers.CheckNothingIsLeft();
    }

    private sealed class Observer(TaskCompletionSource accepted) : IExchangeObserver
    {
        public void Accepted(Exchange exchange) => accepted.SetResult();

        public void Broken(Exchange exchange)
        {
        }
    }
}
