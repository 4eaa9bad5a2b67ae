using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Values;
using Bridge.Protocol.Sessions;
using static Bridge.Protocol.Tests.Calls.TwoCallPeers;

namespace Bridge.Protocol.Tests.Calls;

/// <summary>Calls between two peers, and every way in which they end.</summary>
public class SessionCallsTests
{
    [Fact]
    public async Task Everything_of_a_call_arrives_and_the_result_and_the_changes_come_back()
    {
        var peers = await Start();
        var context = ContextBagSnapshot.Create(AsgiValueMap.Create([new("user", "ann"), new("n", 3L)]));
        var request = Request([1, 2, 3], context) with
        {
            Path = [new CallStep(Guid.NewGuid(), Guid.NewGuid()), new CallStep(Guid.NewGuid(), Guid.NewGuid())],
            ThreadContext = Guid.NewGuid(),
            Timeout = TimeSpan.FromMilliseconds(1500.2),
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            TraceState = "a=b",
        };
        var calling = peers.Call(request);
        var call = await peers.NextAccepted();
        Assert.Equal("add", call.Request.Callable);
        Assert.Equal(request.Path, call.Request.Path);
        Assert.Equal(request.ThreadContext, call.Request.ThreadContext);
        Assert.Equal(TimeSpan.FromMilliseconds(1501), call.Request.Timeout);
        Assert.Equal((request.TraceParent, request.TraceState), (call.Request.TraceParent, call.Request.TraceState));
        Assert.Equal("application/octet-stream", call.Request.Argument.ContentType);
        Assert.Equal([1, 2, 3], call.Request.Argument.Data.ToArray());
        Assert.Equal(["n", "user"], call.Request.Context.Select(entry => entry.Key).Order());
        Assert.True(call.Request.Context.TryGet("user", out var user));
        Assert.Equal(Text("ann"), user);

        var changes = new ContextBagDelta(AsgiValueMap.Create([new("user", "bob")]), ["n"]);
        await call.EndAsync(CallOutcome.Returned(Bytes(9), changes));
        var outcome = await calling;
        Assert.Null(outcome.Failure);
        Assert.Equal([9], outcome.Result.Data.ToArray());
        Assert.True(outcome.Changes.Set.TryGetValue("user", out var changed));
        Assert.Equal(Text("bob"), changed);
        Assert.Equal(["n"], outcome.Changes.Removed);
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task A_call_without_anything_is_one_without_anything()
    {
        var peers = await Start();
        var calling = peers.Call();
        var call = await peers.NextAccepted();
        Assert.True(call.Request.Argument.IsNone);
        Assert.Null(call.Request.Timeout);
        Assert.Null(call.Request.ThreadContext);
        Assert.Null(call.Request.TraceParent);
        Assert.Null(call.Request.TraceState);
        Assert.Empty(call.Request.Context);
        await call.EndAsync(CallOutcome.Returned(CallPayload.None, ContextBagDelta.None));
        var outcome = await calling;
        Assert.True(outcome.Result.IsNone);
        Assert.True(outcome.Changes.IsEmpty);
    }

    [Fact]
    public async Task What_the_function_raised_comes_back_with_its_causes_and_changes()
    {
        var peers = await Start();
        var calling = peers.Call();
        var failure = new CallFailure(CallFailureKind.Raised, "No.")
        {
            Type = "My.Error",
            Stack = "at My.Code()",
            Causes = [new CallFailure(CallFailureKind.Raised, "Because.") { Type = "My.Cause" }],
        };
        var changes = new ContextBagDelta(AsgiValueMap.Create([new("tried", true)]), []);
        await (await peers.NextAccepted()).EndAsync(CallOutcome.Failed(failure, changes));
        var outcome = await calling;
        Assert.Equal((CallFailureKind.Raised, "My.Error", "No.", "at My.Code()"), (outcome.Failure!.Kind, outcome.Failure.Type, outcome.Failure.Message, outcome.Failure.Stack));
        Assert.Equal([("My.Cause", "Because.")], outcome.Failure.Causes.Select(cause => (cause.Type, cause.Message)));
        Assert.Equal(["tried"], outcome.Changes.Set.Select(entry => entry.Key));
        await peers.CheckNothingIsLeft();
    }

    [Theory]
    [InlineData("NotFound", "NotFound")]
    [InlineData("Overloaded", "Overloaded")]
    [InlineData("Draining", "Draining")]
    [InlineData("TooDeep", "TooDeep")]
    [InlineData("TimedOut", "TimedOut")]
    [InlineData("BadArgument", "Refused")]
    public async Task A_failure_before_it_was_accepted_is_a_refusal(string kind, string becomes)
    {
        var peers = await Start();
        var calling = peers.Call();
        await (await peers.Next()).EndAsync(CallOutcome.Failed(new CallFailure(Enum.Parse<CallFailureKind>(kind), "Not here.")));
        var failure = (await calling).Failure!;
        Assert.Equal((Enum.Parse<CallFailureKind>(becomes), "Not here."), (failure.Kind, failure.Message));
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task The_items_of_a_stream_come_one_at_a_time_in_order_and_then_its_end()
    {
        var peers = await Start();
        var items = new List<byte>();
        var inside = 0;
        var calling = peers.Call(onItem: async item =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            await Task.Yield();
            items.Add(item.Data.Span[0]);
            Interlocked.Decrement(ref inside);
        });
        var call = await peers.NextAccepted();
        for (byte number = 0; number < 100; number++)
        {
            await call.SendItemAsync(Bytes(number));
        }

        await call.EndAsync(CallOutcome.Returned(CallPayload.None, ContextBagDelta.None));
        Assert.Null((await calling).Failure);
        Assert.Equal(Enumerable.Range(0, 100).Select(number => (byte)number), items);
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task A_stream_waits_for_a_caller_that_does_not_take_its_items()
    {
        var peers = await Start(new SessionOptions { WindowBytes = 4096 });
        var take = new TaskCompletionSource();
        var taken = 0;
        var calling = peers.Call(onItem: async _ =>
        {
            await take.Task;
            taken++;
        });
        var call = await peers.NextAccepted();
        var sent = 0;
        Task sending;
        do
        {
            sending = call.SendItemAsync(Bytes(new byte[1000])).AsTask();
            sent++;
            Assert.InRange(sent, 1, 20);
            // What the first item leaves is credited as it is taken.
            await WaitUntil.HoldsAsync(() => sending.IsCompleted || peers.Both.Client.Counters.HeldBytes > 2 * 1064);
        }
        while (sending.IsCompleted);

        take.SetResult();
        await sending.WithDeadline();
        await call.EndAsync(CallOutcome.Returned(CallPayload.None, ContextBagDelta.None));
        Assert.Null((await calling).Failure);
        Assert.Equal(sent, taken);
    }

    [Fact]
    public async Task An_item_that_its_taker_throws_on_cancels_the_call_and_comes_out()
    {
        var peers = await Start();
        var calling = peers.Call(onItem: _ => throw new InvalidOperationException("No more."));
        var call = await peers.NextAccepted();
        await call.SendItemAsync(Bytes(1));
        Assert.Equal("No more.", (await Assert.ThrowsAsync<InvalidOperationException>(() => calling)).Message);
        await Cancelled(call);
        await call.EndAsync(CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, "")));
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task An_item_of_what_was_not_called_as_a_stream_breaks_the_call_off()
    {
        var peers = await Start();
        var calling = peers.Call();
        var call = await peers.NextAccepted();
        await call.SendItemAsync(Bytes(1));
        var failure = (await calling).Failure!;
        Assert.Equal((CallFailureKind.Lost, "The process of 'add' broke a rule: it is a stream and was not called as one"), (failure.Kind, failure.Message));
        await Cancelled(call);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.SendItemAsync(Bytes(2)).AsTask());
        await call.EndAsync(CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, "")));
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task A_caller_that_leaves_has_its_end_at_once_and_the_callee_hears_of_it()
    {
        var peers = await Start();
        using var leave = new CancellationTokenSource();
        var calling = peers.Call(token: leave.Token);
        var call = await peers.NextAccepted();
        await leave.CancelAsync();
        Assert.Equal(CallFailureKind.Cancelled, (await calling).Failure!.Kind);
        await Cancelled(call);
        // The place is taken until the function has returned.
        Assert.Equal((1, 1), (peers.Both.Client.OpenedHere, peers.Both.Server.OpenedByPeer));
        await call.EndAsync(CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, "")));
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task A_caller_that_has_left_before_is_never_heard_of()
    {
        var peers = await Start();
        Assert.Equal(CallFailureKind.Cancelled, (await peers.Call(token: new CancellationToken(canceled: true))).Failure!.Kind);
        Assert.Equal(0, peers.Both.Client.OpenedHere);
    }

    [Theory]
    [InlineData(0, V1.ResetCode.Gone)]
    [InlineData(5, V1.ResetCode.TimedOut)]
    public async Task The_reset_says_whether_the_time_had_passed(int seconds, V1.ResetCode code)
    {
        var peers = await Start();
        using var leave = new CancellationTokenSource();
        V1.ResetCode? reset = null;
        peers.Both.ServerHandler.OnAccept = exchange => exchange.Accept(new Observer(broken => reset = broken.Ending!.ResetCode));
        var calling = peers.Call(Request() with { Timeout = TimeSpan.FromSeconds(5) }, token: leave.Token);
        await WaitUntil.HoldsAsync(() => peers.Both.Server.OpenedByPeer == 1);
        peers.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await leave.CancelAsync();
        await calling;
        await WaitUntil.HoldsAsync(() => reset is not null);
        Assert.Equal(code, reset);
    }

    [Fact]
    public async Task A_caller_that_left_before_the_call_was_accepted_keeps_code_from_running()
    {
        var peers = await Start();
        using var leave = new CancellationTokenSource();
        var calling = peers.Call(token: leave.Token);
        var call = await peers.Next();
        await leave.CancelAsync();
        await calling;
        await peers.CheckNothingIsLeft();
        Assert.False(call.TryAccept());
        await call.EndAsync(CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, "")));
    }

    [Fact]
    public async Task A_function_that_ignores_its_time_does_not_hold_the_caller_and_keeps_its_place()
    {
        var peers = await Start();
        var calling = peers.Call();
        var call = await peers.NextAccepted();
        await call.GiveUp(CallOutcome.Failed(new CallFailure(CallFailureKind.TimedOut, "It waited for the one thread.")));
        var failure = (await calling).Failure!;
        Assert.Equal((CallFailureKind.TimedOut, "It waited for the one thread."), (failure.Kind, failure.Message));
        Assert.Equal((1, 1), (peers.Both.Client.OpenedHere, peers.Both.Server.OpenedByPeer));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.SendItemAsync(Bytes(2)).AsTask());
        await call.EndAsync(CallOutcome.Returned(Bytes(1), ContextBagDelta.None));
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task A_stream_whose_time_passes_within_an_item_is_broken_off_as_timed_out()
    {
        var peers = await Start(new SessionOptions { WindowBytes = 4096 });
        var never = new TaskCompletionSource();
        var calling = peers.Call(onItem: async _ => await never.Task);
        var call = await peers.NextAccepted();
        // One is being taken and one waits, so that the parts of the third are not credited.
        await call.SendItemAsync(Bytes(1));
        await call.SendItemAsync(Bytes(2));
        var stuck = call.SendItemAsync(Bytes(new byte[10_000])).AsTask();
        await WaitUntil.HoldsAsync(() => peers.Both.Client.Counters.HeldBytes > 3000);
        await call.GiveUp(CallOutcome.Failed(new CallFailure(CallFailureKind.TimedOut, "Too long.")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck.WithDeadline());
        never.SetResult();
        Assert.Equal((CallFailureKind.TimedOut, "Too long."), ((await calling).Failure!.Kind, (await calling).Failure!.Message));
        await call.EndAsync(CallOutcome.Failed(new CallFailure(CallFailureKind.TimedOut, "Too long.")));
        await peers.CheckNothingIsLeft();
    }

    [Fact]
    public async Task A_session_that_ends_loses_its_calls_with_one_named_error()
    {
        var peers = await Start();
        var running = peers.Call();
        var call = await peers.NextAccepted();
        var waiting = peers.Call();
        await peers.Next();
        peers.Both.Server.Close(V1.GoodbyeCode.Internal, "It broke.");
        foreach (var lost in new[] { await running, await waiting })
        {
            Assert.Equal((CallFailureKind.Lost, "The session client has ended: It broke."), (lost.Failure!.Kind, lost.Failure.Message));
        }

        await Cancelled(call);
    }

    [Fact]
    public async Task A_callee_that_ends_without_a_result_has_lost_the_call()
    {
        var peers = await Start();
        peers.Both.ServerHandler.OnAccept = exchange => exchange.End(V1.EndedKind.Failed, "Out of order.");
        var failure = (await peers.Call()).Failure!;
        Assert.Equal((CallFailureKind.Lost, "The call of 'add' ended without a result: Out of order."), (failure.Kind, failure.Message));
    }

    [Theory]
    [InlineData(V1.ResetCode.Stopping, "Lost")]
    [InlineData(V1.ResetCode.TimedOut, "TimedOut")]
    public async Task A_callee_that_breaks_the_call_off_has_lost_it_or_says_that_its_time_passed(V1.ResetCode code, string kind)
    {
        var peers = await Start();
        peers.Both.ServerHandler.OnAccept = exchange =>
        {
            exchange.Accept();
            exchange.Reset(code, "No more.");
            exchange.End(V1.EndedKind.Disconnected);
        };
        Assert.Equal(Enum.Parse<CallFailureKind>(kind), (await peers.Call()).Failure!.Kind);
        await peers.CheckNothingIsLeft();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answers_that_cannot_be_read_break_the_call_off(bool empty)
    {
        var peers = await Start();
        Exchange? accepted = null;
        peers.Both.ServerHandler.OnAccept = exchange =>
        {
            accepted = exchange;
            exchange.SendLast(empty ? default : new byte[] { 0xff, 0xff });
        };
        var failure = (await peers.Call()).Failure!;
        Assert.Equal(CallFailureKind.Lost, failure.Kind);
        Assert.StartsWith("The process of 'add' broke a rule: its answer ", failure.Message, StringComparison.Ordinal);
        await WaitUntil.HoldsAsync(() => accepted!.Ending is { ByPeer: true, ResetCode: V1.ResetCode.Violation });
    }

    [Fact]
    public async Task An_event_after_the_result_breaks_the_exchange_off()
    {
        var peers = await Start();
        Exchange? accepted = null;
        var result = Google.Protobuf.MessageExtensions.ToByteArray(new V1.CallEvent { Result = new V1.CallPayload() });
        peers.Both.ServerHandler.OnAccept = exchange =>
        {
            accepted = exchange;
            exchange.SendLast(result);
        };
        Assert.Null((await peers.Call()).Failure);
        await accepted!.SendOwnedAsync(V1.PayloadKind.Event, result, more: false);
        await WaitUntil.HoldsAsync(() => accepted.Ending is { ByPeer: true, ResetCode: V1.ResetCode.Violation });
    }

    [Fact]
    public async Task Changes_that_break_a_rule_are_a_bad_argument_and_do_not_hide_an_error()
    {
        var peers = await Start();
        var change = new V1.ContextChange { Set = new V1.MapValue { Entries = { ["a"] = new V1.Value { BoolValue = true } } }, Removed = { "a" } };
        V1.CallEvent[] answers =
        [
            new() { Result = new V1.CallPayload(), Context = change },
            new() { Error = new V1.CallError { Kind = V1.CallErrorKind.Raised, Message = "No." }, Context = change },
        ];
        var next = 0;
        peers.Both.ServerHandler.OnAccept = exchange => exchange.EndWith(Google.Protobuf.MessageExtensions.ToByteArray(answers[next++]), V1.EndedKind.Finished);
        var bad = (await peers.Call()).Failure!;
        Assert.Equal(CallFailureKind.BadArgument, bad.Kind);
        Assert.Contains("context.removed", bad.Message, StringComparison.Ordinal);
        var raised = (await peers.Call()).Failure!;
        Assert.Equal((CallFailureKind.Raised, "No."), (raised.Kind, raised.Message));
    }

    [Fact]
    public async Task A_head_that_cannot_be_read_is_refused()
    {
        var peers = await Start();
        Assert.Equal(OpenStatus.Opened, peers.Both.Client.Open(Bridge.Protocol.Tests.Sessions.Frames.Call(), new byte[] { 0xff }, null, out var exchange));
        Assert.Same(exchange, await peers.Both.ClientHandler.NextOver());
        Assert.Equal(V1.RefusedCode.InvalidHead, exchange!.Ending!.RefusedCode);
        Assert.Equal(OpenStatus.Opened, peers.Both.Client.Open(Bridge.Protocol.Tests.Sessions.Frames.Target(), default, null, out exchange));
        Assert.Same(exchange, await peers.Both.ClientHandler.NextOver());
        Assert.Equal(V1.RefusedCode.Unsupported, exchange!.Ending!.RefusedCode);
    }

    private static AsgiValue Text(string text) => text;

    private static Task Cancelled(Bridge.Protocol.Calls.PeerCall call) => WaitUntil.HoldsAsync(() => call.HasCallerLeft);

    private sealed class Observer(Action<Exchange> broken) : IExchangeObserver
    {
        public void Accepted(Exchange exchange)
        {
        }

        public void Broken(Exchange exchange) => broken(exchange);
    }
}
