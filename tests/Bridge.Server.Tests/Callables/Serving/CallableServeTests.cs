using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Bridge.Server.Workers.Serving;
using Grpc.Core;
using static Bridge.Server.Tests.Callables.CalledExchanges;
using Request = Bridge.Protocol.V1.CallableServiceServeRequest;

namespace Bridge.Server.Tests.Callables.Serving;

/// <summary><c>CallableService.Serve</c> over a real connection.</summary>
public sealed class CallableServeTests
{
    [Fact]
    public async Task A_callable_over_stubs_answers_one_call_after_the_other()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var context = Guid.NewGuid();

        var first = caller.Call(argument: "one", thread: context, time: TimeSpan.FromSeconds(8));
        var (number, served) = await callee.NextCallAsync();
        await callee.AnswerAsync(number, Result("first"));
        await callee.ReadyAsync();
        var second = caller.Call();
        var (next, _) = await callee.NextCallAsync();
        await callee.AnswerAsync(next, Error(CallErrorKind.Raised, "oh"));

        Assert.Equal((1UL, 2UL), (number, next));
        Assert.Equal("one", served.Head.Argument.Data.ToStringUtf8());
        Assert.Equal(first.Target.Path, served.Path);
        Assert.Equal((context, 8_000UL), (WireId.FromBytes(served.ThreadContext), served.TimeoutMs));
        Assert.Equal("first", await first.ResultAsync());
        Assert.Equal(Error(CallErrorKind.Raised, "oh"), await second.NextAsync());
        await second.EndingAsync();
    }

    [Fact]
    public async Task A_stream_of_items_passes_and_its_result_ends_it()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc, kind: CallableKind.Stream);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var (number, _) = await callee.NextCallAsync();

        await callee.AnswerAsync(number, Item("one"));
        await callee.AnswerAsync(number, Item("two"));
        await callee.AnswerAsync(number, Result(""));

        Assert.Equal([Item("one"), Item("two"), Result("")], [await call.NextAsync(), await call.NextAsync(), await call.NextAsync()]);
    }

    [Fact]
    public async Task Calls_wait_until_a_stream_is_ready()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");

        var call = caller.Call();
        await bridge.WaitingAsync("f", 1);
        await callee.ReadyAsync();
        await callee.AnswerAsync((await callee.NextCallAsync()).Number, Result("done"));

        Assert.Equal("done", await call.ResultAsync());
    }

    [Fact]
    public async Task A_caller_that_leaves_is_told_and_the_next_call_comes_when_the_old_one_is_answered()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var (number, _) = await callee.NextCallAsync();
        await WaitUntil.HoldsAsync(() => call.Exchange.IsAccepted, "the caller hears that its call is taken");

        call.Exchange.Reset(ResetCode.Gone, "enough");
        var cancelled = await callee.NextAsync();
        var next = caller.Call();
        await callee.AnswerAsync(number, Result("too late"));
        await callee.ReadyAsync();
        var (second, _) = await callee.NextCallAsync();
        await callee.AnswerAsync(second, Result("in time"));

        Assert.Equal((number, "enough"), (cancelled.Number, cancelled.Cancelled.Reason));
        Assert.Equal("in time", await next.ResultAsync());
    }

    [Fact]
    public async Task A_callee_that_does_not_answer_after_the_cancellation_is_sent_away()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Limits:GraceTime", "00:00:04"), ("Bridge:Limits:CancellationTime", "00:00:03"));
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        await callee.NextCallAsync();
        await WaitUntil.HoldsAsync(() => call.Exchange.IsAccepted, "the caller hears that its call is taken");
        call.Exchange.Reset(ResetCode.Gone, "enough");
        await callee.NextAsync();

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(7));
        bridge.Clock.Advance(TimeSpan.FromSeconds(7));
        var status = await callee.StatusAsync();

        Assert.Equal((StatusCode.DeadlineExceeded, "Call 1 has not been answered within 00:00:07 of its cancellation."), (status.StatusCode, status.Detail));
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.CancellationTime));
    }

    [Fact]
    public async Task A_stream_that_breaks_loses_its_call()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        await callee.NextCallAsync();

        callee.Kill();
        var ending = await call.EndingAsync();

        Assert.Equal(ExchangeEndingKind.Reset, ending.Kind);
        Assert.Matches("^The worker's call .+-serve-1 has ended: ", ending.Reason);
    }

    [Fact]
    public async Task A_drain_lets_the_call_end_and_then_the_stream()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var (number, _) = await callee.NextCallAsync();

        await callee.DrainAsync();
        Assert.Equal("The test drains.", (await callee.NextAsync()).Drain.Reason);
        await callee.AnswerAsync(number, Result("last"));

        Assert.Equal("last", await call.ResultAsync());
        Assert.Equal(StatusCode.OK, (await callee.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_message_for_a_call_that_is_over_is_dropped_and_counted()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var (number, _) = await callee.NextCallAsync();
        await callee.AnswerAsync(number, Result("once"));

        await callee.AnswerAsync(number, Result("twice"));
        await callee.DrainAsync();

        Assert.Equal("once", await call.ResultAsync());
        Assert.Equal(StatusCode.OK, (await callee.StatusAsync()).StatusCode);
        Assert.Equal(1, bridge.Bridge.Service<ServeMetrics>().Late);
    }

    [Theory]
    [InlineData("no kind", "kind: the message has no kind.")]
    [InlineData("register twice", "register: a second one.")]
    [InlineData("ready twice", "ready: it was said before, and no call has ended since.")]
    [InlineData("ready with number", "number: Ready belongs to no call.")]
    [InlineData("unknown number", "number: no call has the number 7.")]
    [InlineData("empty event", "event.kind: the event has no kind.")]
    [InlineData("item of no stream", "event.item: the callable is no stream.")]
    public async Task A_wrong_message_ends_the_stream_and_names_the_field_and_its_call_is_lost(string what, string detail)
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        var (number, _) = await callee.NextCallAsync();

        await callee.SendAsync(what switch
        {
            "no kind" => new Request(),
            "register twice" => new Request { Register = new Callable { Name = "f", Kind = CallableKind.Sync } },
            "ready twice" => new Request { Ready = new CallReady() },
            "ready with number" => new Request { Number = number, Ready = new CallReady() },
            "unknown number" => new Request { Number = 7, Event = Result("x") },
            "empty event" => new Request { Number = number, Event = new CallEvent() },
            _ => new Request { Number = number, Event = Item("x") },
        });
        var status = await callee.StatusAsync();

        Assert.Equal((StatusCode.InvalidArgument, detail), (status.StatusCode, status.Detail));
        Assert.Equal(ExchangeEndingKind.Reset, (await call.EndingAsync()).Kind);
    }

    [Theory]
    [InlineData("", CallableKind.Sync, "register.name: the name has 0 characters; it must have 1 to 128.")]
    [InlineData("f", CallableKind.Unspecified, "register: The kind of the callable is not known.")]
    public async Task A_wrong_registration_is_INVALID_ARGUMENT(string name, CallableKind kind, string detail)
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = new StubCallee(bridge.Bridge.Grpc);

        await callee.RegisterAsync(name, kind);
        var status = await callee.StatusAsync();

        Assert.Equal((StatusCode.InvalidArgument, detail), (status.StatusCode, status.Detail));
    }

    [Fact]
    public async Task No_registration_in_time_is_DEADLINE_EXCEEDED()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Grpc:StartMessageTime", "00:00:06"));
        using var callee = new StubCallee(bridge.Bridge.Grpc);

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(6));
        bridge.Clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(StatusCode.DeadlineExceeded, (await callee.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_half_close_in_the_middle_of_a_call_is_INVALID_ARGUMENT_and_between_calls_OK()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var idle = await StubCallee.DialAsync(bridge.Bridge.Grpc, "g");
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call();
        await callee.NextCallAsync();

        await idle.HalfCloseAsync();
        await callee.HalfCloseAsync();

        Assert.Equal(StatusCode.OK, (await idle.StatusAsync()).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await callee.StatusAsync()).StatusCode);
        Assert.Equal(ExchangeEndingKind.Reset, (await call.EndingAsync()).Kind);
    }

    [Fact]
    public async Task Calls_of_Serve_share_their_limit_with_applications()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Workers:ServeCalls", "1"));
        using var callee = await StubCallee.DialAsync(bridge.Bridge.Grpc);
        using var other = new StubCallee(bridge.Bridge.Grpc);

        Assert.Equal(StatusCode.ResourceExhausted, (await other.StatusAsync()).StatusCode);
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.ServeCalls));
    }

    [Fact]
    public async Task A_stopping_bridge_drains_the_stream()
    {
        await using var bridge = await CallBridge.StartAsync();
        using var callee = await StubCallee.DialReadyAsync(bridge.Bridge.Grpc);

        var stopping = bridge.Bridge.StopAsync();
        Assert.Equal("The bridge is stopping.", (await callee.NextAsync()).Drain.Reason);
        var status = await callee.StatusAsync();
        await bridge.FarewellAsync();
        await stopping;

        Assert.Equal(StatusCode.OK, status.StatusCode);
    }
}
