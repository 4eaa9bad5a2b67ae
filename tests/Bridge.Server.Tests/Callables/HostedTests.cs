using Asgiref.Core.Callables;
using Asgiref.Core.Local;
using Asgiref.Core.Values;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;
using static Bridge.Server.Tests.Callables.CalledExchanges;

namespace Bridge.Server.Tests.Callables;

/// <summary>Functions that the bridge hosts: called, and calling.</summary>
public sealed class HostedTests
{
    [Fact]
    public async Task A_function_of_the_bridge_answers_a_stub()
    {
        var registry = new CallableRegistry().AddAsync<string, string>("greet", name => Task.FromResult($"Hello {name}"));
        await using var bridge = await CallBridge.StartAsync(registry);

        var response = await bridge.Stub.CallAsync(Request("greet", "\"Ann\"")).ResponseAsync.WithDeadline();

        Assert.Equal(("application/json", "\"Hello Ann\""), (response.Event.Result.ContentType, response.Event.Result.Data.ToStringUtf8()));
    }

    [Fact]
    public async Task A_function_of_the_bridge_answers_a_session_and_changes_the_callers_context()
    {
        var registry = new CallableRegistry().Add("rename", () =>
        {
            if (ContextBag.TryGet("user", out var user) && user == (AsgiValue)"ann")
            {
                ContextBag.Set("user", "bob");
            }
        });
        await using var bridge = await CallBridge.StartAsync(registry);
        var caller = await bridge.DialAsync("caller");
        var target = caller.Call("nobody").Target.Clone();
        target.Callable = "rename";
        var head = new CallHead { Context = new MapValue { Entries = { ["user"] = new Value { TextValue = "ann" } } } };

        Assert.Equal(OpenStatus.Opened, caller.Worker.Session.Open(target, head.ToByteArray(), state: null, out var exchange));
        var result = await new MadeCall(target, exchange!).NextAsync();

        Assert.Equal(CallEvent.KindOneofCase.Result, result.KindCase);
        Assert.Equal("bob", result.Context.Set.Entries["user"].TextValue);
    }

    [Fact]
    public async Task A_function_that_is_registered_later_can_be_called_and_is_listed()
    {
        var registry = new CallableRegistry().Add("first", () => 1);
        await using var bridge = await CallBridge.StartAsync(registry);

        registry.Add("later", () => 2);

        Assert.Equal("2", (await bridge.Stub.CallAsync(new CallRequest { Callable = "later" }).ResponseAsync.WithDeadline()).Event.Result.Data.ToStringUtf8());
        var list = await bridge.Stub.ListAsync(new ListRequest()).ResponseAsync.WithDeadline();
        Assert.Equal(["first", "later"], list.Callables.Select(listed => listed.Callable.Name));
    }

    [Fact]
    public async Task A_stream_of_the_bridge_waits_for_its_reader_and_is_cancelled_when_that_leaves()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var registry = new CallableRegistry().AddStream<int>("endless", token => Endless(cancelled, token));
        await using var bridge = await CallBridge.StartAsync(registry);
        var caller = await bridge.DialAsync("caller");
        var call = caller.Call("endless");

        Assert.Equal("1", (await call.NextAsync()).Item.Data.ToStringUtf8());
        Assert.Equal("2", (await call.NextAsync()).Item.Data.ToStringUtf8());
        call.Exchange.Reset(ResetCode.Gone, "enough");

        await cancelled.Task.WithDeadline();
    }

    [Fact]
    public async Task What_a_function_raises_is_told_with_its_type()
    {
        var registry = new CallableRegistry().Add("fail", () => throw new InvalidTimeZoneException("no such zone"));
        await using var bridge = await CallBridge.StartAsync(registry);

        var error = (await bridge.Stub.CallAsync(new CallRequest { Callable = "fail" }).ResponseAsync.WithDeadline()).Event.Error;

        Assert.Equal((CallErrorKind.Raised, "System.InvalidTimeZoneException", "no such zone"), (error.Kind, error.Type, error.Message));
    }

    [Fact]
    public async Task A_function_of_the_bridge_awaits_one_of_a_worker_with_the_bridge_as_its_process()
    {
        var registry = new CallableRegistry();
        registry.AddAsync<string, string>("outer", async text => await registry.CallAsync<string, string>("f", text) + " and back");
        await using var bridge = await CallBridge.StartAsync(registry);
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");

        var calling = bridge.Stub.CallAsync(Request("outer", "\"there\"")).ResponseAsync;
        var served = await worker.NextCall();
        var answer = Result("\"there\"");
        answer.Result.ContentType = "application/json";
        served.Accept();
        await served.SendAsync(answer);
        served.End(EndedKind.Finished);

        Assert.Equal("\"there and back\"", (await calling.WithDeadline()).Event.Result.Data.ToStringUtf8());
        var node = bridge.Bridge.Service<Server.Sessions.BridgeNode>().Value;
        Assert.Equal([node, node], served.Target.Call!.Path.Select(step => WireId.FromBytes(step.Peer)));
    }

    [Fact]
    [Covers("A2S-22")]
    public async Task A_callback_into_the_bridge_runs_on_the_thread_that_waits_for_it()
    {
        var registry = new CallableRegistry();
        var threads = new List<int>();
        registry.Add<string>("outer", () =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return registry.Call<NoValue, string>("f", default);
        });
        registry.Add("back", () => threads.Add(Environment.CurrentManagedThreadId));
        await using var bridge = await CallBridge.StartAsync(registry);
        var worker = await bridge.ServeAsync();

        var calling = bridge.Stub.CallAsync(new CallRequest { Callable = "outer" }).ResponseAsync;
        var served = await worker.NextCall();
        served.Accept();
        var back = worker.Call("back", served.Target.Call!.Path);
        await back.NextAsync();
        var answer = Result("\"done\"");
        answer.Result.ContentType = "application/json";
        await served.SendAsync(answer);
        served.End(EndedKind.Finished);

        Assert.Equal("\"done\"", (await calling.WithDeadline()).Event.Result.Data.ToStringUtf8());
        Assert.Equal(2, threads.Count);
        Assert.Equal(threads[0], threads[1]);
    }

    [Fact]
    public async Task The_calls_that_a_function_waits_for_are_cancelled_with_it()
    {
        var registry = new CallableRegistry();
        registry.AddAsync("outer", async token => await registry.CallAsync<NoValue, NoValue>("f", default, token));
        await using var bridge = await CallBridge.StartAsync(registry);
        var worker = await bridge.ServeAsync();
        using var call = bridge.Stub.CallAsync(new CallRequest { Callable = "outer" });
        var served = await worker.NextCall();
        served.Accept();

        call.Dispose();

        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);
        Assert.Equal(ResetCode.Gone, served.Ending!.ResetCode);
        served.End(EndedKind.Disconnected);
    }

    [Fact]
    public async Task A_head_that_cannot_be_read_is_refused()
    {
        var registry = new CallableRegistry().Add("f", () => { });
        await using var bridge = await CallBridge.StartAsync(registry);
        var caller = await bridge.DialAsync("caller");
        var target = caller.Call("nobody").Target.Clone();
        target.Callable = "f";

        Assert.Equal(OpenStatus.Opened, caller.Worker.Session.Open(target, new byte[] { 0xff, 0xff }, state: null, out var exchange));
        var ending = await new MadeCall(target, exchange!).EndingAsync();

        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.InvalidHead), (ending.Kind, ending.RefusedCode));
    }

    [Fact]
    public async Task No_worker_may_offer_what_the_bridge_hosts_and_List_tells_of_it()
    {
        var registry = new CallableRegistry().Add("mine", () => { });
        await using var bridge = await CallBridge.StartAsync(registry);
        var worker = await bridge.DialAsync();

        worker.Offer("mine", OfferState.Ready);
        var refusal = await worker.Worker.NextOfferRefusal();
        var listed = Assert.Single((await bridge.Stub.ListAsync(new ListRequest()).ResponseAsync.WithDeadline()).Callables);

        Assert.Equal(("mine", "The bridge hosts a callable of this name itself."), (refusal.Callable, refusal.Reason));
        Assert.Equal(("mine", Protocol.V1.CallableKind.Sync, true, 0u), (listed.Callable.Name, listed.Callable.Kind, listed.Hosted, listed.Workers));
    }

    private static CallRequest Request(string callable, string json) => new()
    {
        Callable = callable,
        Head = new CallHead { Argument = new CallPayload { ContentType = "application/json", Data = ByteString.CopyFromUtf8(json) } },
    };

    private static async IAsyncEnumerable<int> Endless(
        TaskCompletionSource cancelled, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            for (var number = 1; ; number++)
            {
                token.ThrowIfCancellationRequested();
                yield return number;
            }
        }
        finally
        {
            cancelled.TrySetResult();
        }
    }
}
