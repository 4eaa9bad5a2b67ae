using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using static Bridge.Server.Tests.Callables.CalledExchanges;

namespace Bridge.Server.Tests.Callables;

/// <summary>What passes between the two sessions of a call.</summary>
public sealed class RelayTests
{
    [Fact]
    public async Task Items_and_the_context_that_changed_arrive_as_they_were_sent()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(kind: CallableKind.Stream);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var served = await worker.NextCall();
        var last = Result("end");
        last.Context = new ContextChange { Removed = { "old" }, Set = new MapValue { Entries = { ["new"] = new Value { Int64Value = 5 } } } };

        await served.SendAsync(Item("one"));
        await served.SendAsync(Item("two"));
        await served.SendAsync(last);
        served.End(EndedKind.Finished);

        Assert.Equal(Item("one"), await call.NextAsync());
        Assert.Equal(Item("two"), await call.NextAsync());
        Assert.Equal(last, await call.NextAsync());
        await call.EndingAsync();
    }

    [Fact]
    public async Task An_error_of_the_function_arrives_as_it_was_sent_and_is_counted_as_failed()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var served = await worker.NextCall();
        var error = Error(CallErrorKind.Deadlock, "it waits for itself");
        error.Error.Causes.Add(new CallError { Type = "Cause" });

        await served.SendAsync(error);
        served.End(EndedKind.Failed);

        Assert.Equal(error, await call.NextAsync());
        await call.EndingAsync();
        await WaitUntil.HoldsAsync(() => bridge.Calls.CountOf(CallEndingKind.Failed) == 1, "the end of the call");
    }

    [Fact]
    public async Task A_large_argument_and_a_large_result_pass_whole()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var argument = new string('a', 1_500_000);
        var result = new string('r', 2_500_000);

        var call = caller.Call(argument: argument);
        var served = await worker.NextCall();
        var returning = served.ReturnAsync(result);

        Assert.Equal(argument, served.Argument());
        Assert.Equal(result, await call.ResultAsync());
        await returning;
    }

    [Fact]
    public async Task A_caller_that_takes_no_items_stops_the_function_and_holds_no_more_than_the_windows()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(kind: CallableKind.Stream);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var served = await worker.NextCall();
        served.Accept();
        var item = new string('i', 10_000);
        var sent = 0;

        var sending = Task.Run(async () =>
        {
            for (; sent < 200; sent++)
            {
                await served.SendAsync(PayloadKind.Event, Google.Protobuf.MessageExtensions.ToByteArray(Item(item)), more: false);
            }
        });
        await WaitUntil.HoldsAsync(() => Volatile.Read(ref sent) >= 8, "the caller's window is full");
        for (var time = 0; time < 5; time++)
        {
            // These pass by on the same sessions, and whatever could follow the items has followed them by then.
            var other = caller.Call();
            await (await worker.NextCall()).ReturnAsync();
            await other.ResultAsync();
        }

        var held = Volatile.Read(ref sent);
        for (var taken = 0; taken < 200; taken++)
        {
            Assert.Equal(10_000, (await call.NextAsync()).Item.Data.Length);
        }

        await sending.WithDeadline();
        await served.SendAsync(Result("end"));
        served.End(EndedKind.Finished);
        await call.NextAsync();
        Assert.InRange(held, 8, 15);
    }

    [Fact]
    public async Task A_caller_that_leaves_cancels_the_function_and_its_place_is_free_when_that_has_returned()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(places: 1);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var served = await worker.NextCall();
        served.Accept();

        call.Exchange.Reset(ResetCode.Gone, "The caller was cancelled.");
        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);
        var next = caller.Call();
        await bridge.WaitingAsync("f", 1);
        Assert.Equal((ResetCode.Gone, "The caller was cancelled."), (served.Ending!.ResetCode, served.Ending.Reason));
        Assert.Equal(1, bridge.Calls.CountOf(CallEndingKind.Cancelled));
        served.End(EndedKind.Disconnected);
        await (await worker.NextCall()).ReturnAsync();

        Assert.Equal("done", await next.ResultAsync());
        Assert.Equal(call.Exchange, await caller.Worker.NextOver());
    }

    [Fact]
    public async Task A_caller_that_leaves_the_queue_is_gone_from_it()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(places: 1);
        var caller = await bridge.DialAsync("caller");
        var first = caller.Call();
        var served = await worker.NextCall();
        var second = caller.Call();
        await bridge.WaitingAsync("f", 1);

        second.Exchange.Reset(ResetCode.Gone, "enough");
        await bridge.WaitingAsync("f", 0);
        await served.ReturnAsync();

        await first.ResultAsync();
        Assert.False(worker.Worker.HasExchange);
    }

    [Fact]
    public async Task Everything_that_runs_on_a_lost_session_ends_at_once_with_one_error_that_names_it()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var accepted = caller.Call();
        (await worker.NextCall()).Accept();
        var handedOver = caller.Call();
        await worker.NextCall();
        await WaitUntil.HoldsAsync(() => accepted.Exchange.IsAccepted, "the caller hears that its call is taken");

        worker.Worker.Kill();

        foreach (var call in new[] { accepted, handedOver })
        {
            var ending = await call.EndingAsync();
            Assert.Equal((ExchangeEndingKind.Reset, true), (ending.Kind, ending.ByPeer));
            Assert.StartsWith("The session ", ending.Reason, StringComparison.Ordinal);
            Assert.Contains(" has ended: ", ending.Reason, StringComparison.Ordinal);
        }

        await WaitUntil.HoldsAsync(() => bridge.Calls.CountOf(CallEndingKind.Lost) == 2, "both are counted");
    }

    [Fact]
    public async Task The_calls_of_a_lost_caller_are_cancelled()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        caller.Call();
        var served = await worker.NextCall();
        served.Accept();

        caller.Worker.Kill();

        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);
        Assert.Equal(ResetCode.Gone, served.Ending!.ResetCode);
        served.End(EndedKind.Disconnected);
    }

    [Fact]
    public async Task An_end_without_a_result_is_a_lost_call()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var served = await worker.NextCall();

        served.Accept();
        served.End(EndedKind.Failed, "It crashed.");
        var ending = await call.EndingAsync();

        Assert.Equal(ExchangeEndingKind.Reset, ending.Kind);
        Assert.Matches("ended the call without a result \\(session .+\\)\\. It crashed\\.$", ending.Reason);
    }

    [Theory]
    [InlineData("second result")]
    [InlineData("no event")]
    public async Task An_event_behind_the_last_one_or_none_at_all_is_a_violation(string what)
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var served = await worker.NextCall();
        served.Accept();

        if (what == "second result")
        {
            await served.SendAsync(Result("first"));
            Assert.Equal("first", await call.ResultAsync());
            await served.SendAsync(Result("second"));
        }
        else
        {
            await served.SendAsync(PayloadKind.Event, new byte[] { 0xff, 0xff, 0xff }, more: false).AsTask().WithDeadline();
        }

        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);
        Assert.Equal(ResetCode.Violation, served.Ending!.ResetCode);
        served.End(EndedKind.Disconnected);
        Assert.Equal(what == "second result" ? ExchangeEndingKind.Ended : ExchangeEndingKind.Reset, (await call.EndingAsync()).Kind);
    }

    [Fact]
    public async Task A_result_that_the_caller_does_not_take_becomes_an_error()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller", options: new SessionOptions { EventBytes = 10_000 });
        var call = caller.Call();

        await (await worker.NextCall()).ReturnAsync(new string('r', 20_000));

        var error = (await call.NextAsync()).Error;
        Assert.Equal(CallErrorKind.BadArgument, error.Kind);
        Assert.StartsWith("The caller does not take the result: ", error.Message, StringComparison.Ordinal);
        await call.EndingAsync();
    }
}
