using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Callables;

/// <summary>The time of calls, on the clock of the test.</summary>
public sealed class CallTimeTests
{
    [Fact]
    public async Task What_is_left_of_the_callers_time_is_passed_on()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(places: 1);
        var caller = await bridge.DialAsync("caller");
        var first = caller.Call();
        var served = await worker.NextCall();
        var second = caller.Call(time: TimeSpan.FromSeconds(9));
        await bridge.WaitingAsync("f", 1);

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(9));
        bridge.Clock.Advance(TimeSpan.FromSeconds(2));
        await served.ReturnAsync();
        var next = await worker.NextCall();
        await next.ReturnAsync();

        Assert.Equal(60_000UL, served.Target.Call!.TimeoutMs);
        Assert.Equal(7_000UL, next.Target.Call!.TimeoutMs);
        await first.ResultAsync();
        await second.ResultAsync();
    }

    [Fact]
    public async Task A_call_whose_time_passes_in_the_queue_is_refused_as_timed_out()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(places: 1);
        var caller = await bridge.DialAsync("caller");
        var first = caller.Call();
        var served = await worker.NextCall();
        var second = caller.Call(time: TimeSpan.FromSeconds(3));
        await bridge.WaitingAsync("f", 1);

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(3));
        bridge.Clock.Advance(TimeSpan.FromSeconds(3));
        var ending = await second.EndingAsync();
        await served.ReturnAsync();
        await first.ResultAsync();

        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.TimedOut), (ending.Kind, ending.RefusedCode));
        Assert.Equal("The call of f waited for a place at a worker for all of its 00:00:03.", ending.Reason);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.CallTime));
        Assert.Equal(1, bridge.Calls.CountOf(CallEndingKind.TimedOut));
    }

    [Fact]
    public async Task A_callee_has_the_answer_time_to_say_what_it_waited_for()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call(time: TimeSpan.FromSeconds(3));
        var served = await worker.NextCall();
        served.Accept();

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(3));
        bridge.Clock.Advance(TimeSpan.FromSeconds(3));
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(1));
        var error = CalledExchanges.Error(CallErrorKind.TimedOut, "It waited for the thread of g.");
        await served.SendAsync(error);
        served.End(EndedKind.Failed);

        Assert.Equal(error, await call.NextAsync());
        await call.EndingAsync();
    }

    [Fact]
    public async Task A_callee_that_says_nothing_is_cut_off_after_it_and_the_caller_told_who_it_was()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call(time: TimeSpan.FromSeconds(3));
        var served = await worker.NextCall();
        served.Accept();
        await WaitUntil.HoldsAsync(() => call.Exchange.IsAccepted, "the caller hears that its call is taken");

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(3));
        bridge.Clock.Advance(TimeSpan.FromSeconds(3));
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(1));
        bridge.Clock.Advance(TimeSpan.FromSeconds(1));
        var ending = await call.EndingAsync();
        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);
        served.End(EndedKind.Disconnected);

        Assert.Equal((ExchangeEndingKind.Reset, ResetCode.TimedOut), (ending.Kind, ending.ResetCode));
        Assert.Matches("^The call of f was not answered within 00:00:03, by [^ ]+\\.$", ending.Reason);
        Assert.Equal(ResetCode.TimedOut, served.Ending!.ResetCode);
        Assert.Equal(1, bridge.Calls.CountOf(CallEndingKind.TimedOut));
    }
}
