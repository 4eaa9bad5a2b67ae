using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Google.Protobuf;
using Grpc.Core;
using static Bridge.Server.Tests.Callables.CalledExchanges;

namespace Bridge.Server.Tests.Callables;

/// <summary><c>CallableService.Call</c> and <c>List</c>, with the generated stub.</summary>
public sealed class StubCallTests
{
    [Fact]
    public async Task A_call_gives_the_result_and_the_callee_sees_the_bridge_as_its_caller()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var head = new CallHead
        {
            Argument = new CallPayload { ContentType = "text/plain", Data = ByteString.CopyFromUtf8("a word") },
            Context = new MapValue { Entries = { ["user"] = new Value { TextValue = "ann" } } },
            Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };

        var calling = bridge.Stub.CallAsync(new CallRequest { Callable = "f", Head = head }).ResponseAsync;
        var served = await worker.NextCall();
        var target = served.Target.Call!;
        await served.ReturnAsync("an answer");
        var response = await calling.WithDeadline();

        Assert.Equal(head, CallHead.Parser.ParseFrom(served.Head.Span));
        Assert.Equal("an answer", response.Event.Result.Data.ToStringUtf8());
        var step = Assert.Single(target.Path);
        Assert.Equal(bridge.Bridge.Service<Server.Sessions.BridgeNode>().Value, WireId.FromBytes(step.Peer));
        Assert.Equal(60_000UL, target.TimeoutMs);
    }

    [Fact]
    public async Task A_call_from_within_a_callable_goes_on_with_its_path_and_finds_the_process_that_waits()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(places: 1);
        var caller = await bridge.DialAsync("caller");
        var outer = caller.Call();
        var served = await worker.NextCall();
        var request = new CallRequest { Callable = "f" };
        request.Path.AddRange(served.Target.Call!.Path);
        request.Path.Add(new CallStep { Call = WireId.ToBytes(Guid.NewGuid()), Peer = WireId.ToBytes(worker.Process) });

        var calling = bridge.Stub.CallAsync(request).ResponseAsync;
        var inner = await worker.NextCall();
        await inner.ReturnAsync("inner");
        await served.ReturnAsync("outer");

        Assert.Equal("inner", (await calling.WithDeadline()).Event.Result.Data.ToStringUtf8());
        Assert.Equal(3, inner.Target.Call!.Path.Count);
        Assert.Equal("outer", await outer.ResultAsync());
    }

    [Theory]
    [InlineData(CallErrorKind.Raised, null)]
    [InlineData(CallErrorKind.Cancelled, null)]
    [InlineData(CallErrorKind.Deadlock, null)]
    [InlineData(CallErrorKind.BadArgument, null)]
    [InlineData(CallErrorKind.TimedOut, StatusCode.DeadlineExceeded)]
    [InlineData(CallErrorKind.Lost, StatusCode.Unavailable)]
    public async Task What_the_function_did_is_OK_with_its_error_and_what_cut_it_off_is_a_status(CallErrorKind kind, StatusCode? status)
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var calling = bridge.Stub.CallAsync(new CallRequest { Callable = "f" }).ResponseAsync;
        var served = await worker.NextCall();

        await served.SendAsync(Error(kind, "a reason"));
        served.End(EndedKind.Failed);

        if (status is null)
        {
            Assert.Equal(Error(kind, "a reason"), (await calling.WithDeadline()).Event);
        }
        else
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => calling.WithDeadline());
            Assert.Equal((status.Value, "a reason"), (error.StatusCode, error.Status.Detail));
        }
    }

    [Theory]
    [InlineData(RefusedCode.NotFound, StatusCode.NotFound)]
    [InlineData(RefusedCode.Overloaded, StatusCode.ResourceExhausted)]
    [InlineData(RefusedCode.TooDeep, StatusCode.ResourceExhausted)]
    [InlineData(RefusedCode.HeadTooLarge, StatusCode.ResourceExhausted)]
    [InlineData(RefusedCode.Draining, StatusCode.Unavailable)]
    [InlineData(RefusedCode.InvalidHead, StatusCode.InvalidArgument)]
    [InlineData(RefusedCode.TimedOut, StatusCode.DeadlineExceeded)]
    public async Task A_refusal_is_a_status(RefusedCode code, StatusCode status)
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Workers:Attempts", "1"));
        var worker = await bridge.ServeAsync();
        var calling = bridge.Stub.CallAsync(new CallRequest { Callable = "f" }).ResponseAsync;

        (await worker.NextCall()).Refuse(code, "a reason");

        var error = await Assert.ThrowsAsync<RpcException>(() => calling.WithDeadline());
        Assert.Equal((status, "a reason"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task A_callable_that_nobody_has_is_NOT_FOUND()
    {
        await using var bridge = await CallBridge.StartAsync();

        Assert.Equal((StatusCode.NotFound, "There is no callable nobody."), await FailAsync(bridge, new CallRequest { Callable = "nobody" }));
    }

    [Fact]
    public async Task A_lost_process_is_UNAVAILABLE_and_the_detail_names_its_session()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var calling = bridge.Stub.CallAsync(new CallRequest { Callable = "f" }).ResponseAsync;
        (await worker.NextCall()).Accept();

        worker.Worker.Kill();

        var error = await Assert.ThrowsAsync<RpcException>(() => calling.WithDeadline());
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Matches("^The session .+ has ended: ", error.Status.Detail);
    }

    [Fact]
    public async Task A_stream_is_UNIMPLEMENTED()
    {
        await using var bridge = await CallBridge.StartAsync();
        await bridge.ServeAsync(kind: CallableKind.Stream);

        var (code, detail) = await FailAsync(bridge, new CallRequest { Callable = "f" });

        Assert.Equal((StatusCode.Unimplemented, "The callable f is a stream: those need a session."), (code, detail));
    }

    [Fact]
    public async Task A_time_that_passes_is_DEADLINE_EXCEEDED_and_the_detail_says_what_was_waited_for()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Callables:CallTime", "00:00:05"));
        var worker = await bridge.ServeAsync();
        var calling = bridge.Stub.CallAsync(new CallRequest { Callable = "f" }).ResponseAsync;
        var served = await worker.NextCall();
        served.Accept();

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        bridge.Clock.Advance(TimeSpan.FromSeconds(5));
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(1));
        bridge.Clock.Advance(TimeSpan.FromSeconds(1));

        var error = await Assert.ThrowsAsync<RpcException>(() => calling.WithDeadline());
        served.End(EndedKind.Disconnected);
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.StartsWith("The call of f was not answered within 00:00:05, by ", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_the_rpc_cancels_the_function()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        using var call = bridge.Stub.CallAsync(new CallRequest { Callable = "f" });
        var served = await worker.NextCall();
        served.Accept();

        call.Dispose();

        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);
        Assert.Equal(ResetCode.Gone, served.Ending!.ResetCode);
        served.End(EndedKind.Disconnected);
    }

    [Fact]
    public async Task Wrong_requests_are_INVALID_ARGUMENT_and_name_the_field()
    {
        await using var bridge = await CallBridge.StartAsync();
        var wrongPath = new CallRequest { Callable = "f" };
        wrongPath.Path.Add(new CallStep { Call = ByteString.CopyFrom(1, 2), Peer = WireId.ToBytes(Guid.NewGuid()) });
        var wrongValue = new CallRequest { Callable = "f", Head = new CallHead { Context = new MapValue { Entries = { ["x"] = new Value() } } } };

        Assert.Contains("callable", (await InvalidAsync(new CallRequest())), StringComparison.Ordinal);
        Assert.Contains("path[0].call has 2 bytes", await InvalidAsync(wrongPath), StringComparison.Ordinal);
        Assert.Contains("thread_context has 3 bytes", await InvalidAsync(new CallRequest { Callable = "f", ThreadContext = ByteString.CopyFrom(1, 2, 3) }), StringComparison.Ordinal);
        Assert.Contains("head.context", await InvalidAsync(wrongValue), StringComparison.Ordinal);

        async Task<string> InvalidAsync(CallRequest request)
        {
            var (code, detail) = await FailAsync(bridge, request);
            Assert.Equal(StatusCode.InvalidArgument, code);
            return detail;
        }
    }

    [Fact]
    public async Task Too_many_values_and_too_deep_a_path_are_RESOURCE_EXHAUSTED()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Callables:ContextValues", "10"), ("Bridge:Callables:CallDepth", "1"));
        var values = new MapValue { Entries = { ["long"] = new Value { TextValue = "0123456789" } } };
        var deep = new CallRequest { Callable = "f" };
        deep.Path.Add(new CallStep { Call = WireId.ToBytes(Guid.NewGuid()), Peer = WireId.ToBytes(Guid.NewGuid()) });

        var (code, detail) = await FailAsync(bridge, new CallRequest { Callable = "f", Head = new CallHead { Context = values } });
        var (codeOfDeep, detailOfDeep) = await FailAsync(bridge, deep);

        Assert.Equal((StatusCode.ResourceExhausted, StatusCode.ResourceExhausted), (code, codeOfDeep));
        Assert.Contains("(Bridge:Callables:ContextValues)", detail, StringComparison.Ordinal);
        Assert.Contains("(Bridge:Callables:CallDepth)", detailOfDeep, StringComparison.Ordinal);
        Assert.Equal((1, 1), (bridge.Metrics.CountOf(Limit.ContextValues), bridge.Metrics.CountOf(Limit.CallDepth)));
    }

    [Fact]
    public async Task A_result_larger_than_a_message_is_RESOURCE_EXHAUSTED()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Grpc:MaxMessageBytes", "131072"));
        var worker = await bridge.ServeAsync();
        var calling = bridge.Stub.CallAsync(new CallRequest { Callable = "f" }).ResponseAsync;

        await (await worker.NextCall()).ReturnAsync(new string('r', 131_072));

        var error = await Assert.ThrowsAsync<RpcException>(() => calling.WithDeadline());
        Assert.Equal((StatusCode.ResourceExhausted, 1), (error.StatusCode, bridge.Metrics.CountOf(Limit.MessageBytes)));
    }

    [Fact]
    public async Task List_tells_what_can_be_called_now()
    {
        await using var bridge = await CallBridge.StartAsync();
        await bridge.ServeAsync("one", "b", kind: CallableKind.Stream);
        await bridge.ServeAsync("two", "a");
        await bridge.ServeAsync("three", "a");
        var four = await bridge.ServeAsync("four", "gone");
        four.Offer("gone", OfferState.Withdrawn);
        await bridge.ReadyAsync("gone", 0);

        var list = await bridge.Stub.ListAsync(new ListRequest()).ResponseAsync.WithDeadline();

        Assert.Equal(
            [("a", CallableKind.Async, false, 2u), ("b", CallableKind.Stream, false, 1u)],
            list.Callables.Select(listed => (listed.Callable.Name, listed.Callable.Kind, listed.Hosted, listed.Workers)));
    }

    [Fact]
    public async Task Every_rpc_needs_the_token_where_there_is_one()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Token", "secret"));
        using var serve = bridge.Stub.Serve();

        Assert.Equal(StatusCode.Unauthenticated, (await FailAsync(bridge, new CallRequest { Callable = "f" })).Code);
        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(bridge.Stub.ListAsync(new ListRequest()).ResponseAsync));
        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(serve.ResponseStream.MoveNext(CancellationToken.None)));
        var list = await bridge.Stub.ListAsync(new ListRequest(), new Metadata { { "authorization", "Bearer secret" } }).ResponseAsync.WithDeadline();
        Assert.Empty(list.Callables);

        static async Task<StatusCode> CodeAsync(Task call) => (await Assert.ThrowsAsync<RpcException>(() => call.WithDeadline())).StatusCode;
    }

    private static async Task<(StatusCode Code, string Detail)> FailAsync(CallBridge bridge, CallRequest request)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => bridge.Stub.CallAsync(request).ResponseAsync.WithDeadline());
        return (error.StatusCode, error.Status.Detail);
    }
}
