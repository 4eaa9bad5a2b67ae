using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Transport;
using Bridge.Client.Callables;
using Bridge.Client.Tests.Workers;
using Bridge.Client.Workers;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using static Bridge.Client.Tests.Callables.BridgeSide;
using static Bridge.Client.Tests.Workers.WorkerFixture;
using CallPayload = Asgiref.Core.Callables.Transport.CallPayload;

namespace Bridge.Client.Tests.Callables;

/// <summary>A worker whose functions others call.</summary>
public sealed class ServedCallTests
{
    [Fact]
    public async Task Callables_are_offered_beside_applications_and_run()
    {
        var registry = new CallableRegistry()
            .Add<int, int>("double", number => 2 * number, new CallableSettings { MaxConcurrentCalls = 3 })
            .AddAsync<string, string>("greet", async name =>
            {
                await Task.Yield();
                return "hello " + name;
            });
        await using var fixture = new WorkerFixture(Greeting, options => options.Callables = registry);
        var session = await fixture.StartAsync();
        var offers = new List<Offer>();
        while (offers.Count < 2)
        {
            var offer = await session.Handler.NextOffer();
            if (offer is { Callable: not null, State: OfferState.Ready })
            {
                offers.Add(offer);
            }
        }

        var sync = Assert.Single(offers, offer => offer.Callable.Name == "double");
        Assert.Equal((3u, Bridge.Protocol.V1.CallableKind.Sync, Bridge.Protocol.V1.ThreadAffinity.Sensitive), (sync.MaxInstances, sync.Callable.Kind, sync.Callable.Affinity));
        Assert.Equal((typeof(int).ToString(), typeof(int).ToString()), (sync.Callable.Input, sync.Callable.Output));
        Assert.Equal(Bridge.Protocol.V1.CallableKind.Async, Assert.Single(offers, offer => offer.Callable.Name == "greet").Callable.Kind);
        Assert.Equal("42", Text((await session.Call(Request("double", 21), fixture.Clock)).Result));
        Assert.Equal("\"hello ann\"", Text((await session.Call(Request("greet", "ann"), fixture.Clock)).Result));
        Assert.Equal(CallFailureKind.NotFound, (await session.Call(Request("other", 1), fixture.Clock)).Failure!.Kind);
        Assert.Equal(Asgiref.Core.Hosting.EndingKind.Finished, (await session.RunInstance(Get, WorkerFixture.Request())).Kind);
        await WaitUntil.HoldsAsync(() => fixture.Worker.Metrics.LiveCalls == 0);
    }

    [Fact]
    public async Task A_worker_of_callables_alone_needs_no_application()
    {
        await using var fixture = new CallFixture(new CallableRegistry().Add<int, int>("double", number => 2 * number));
        var session = await fixture.StartAsync();
        Assert.Equal("42", Text((await session.Call(Request("double", 21), fixture.Clock)).Result));
        Assert.Contains("Applications is empty", Assert.Throws<ArgumentException>(() => new BridgeWorker(new BridgeWorkerOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_without_callables_refuses_calls()
    {
        await using var fixture = new WorkerFixture(Greeting);
        var session = await fixture.StartAsync();
        var failure = (await session.Call(Request("double", 21), fixture.Clock)).Failure!;
        Assert.Equal((CallFailureKind.NotFound, "There is no callable double here."), (failure.Kind, failure.Message));
    }

    [Fact]
    public async Task What_a_function_raises_comes_back_by_its_name()
    {
        await using var fixture = new CallFixture(new CallableRegistry().Add<int, int>("fail", _ => throw new FormatException("No number.")));
        var failure = (await (await fixture.StartAsync()).Call(Request("fail", 1), fixture.Clock)).Failure!;
        Assert.Equal((CallFailureKind.Raised, "System.FormatException", "No number.", (string?)null), (failure.Kind, failure.Type, failure.Message, failure.Stack));
    }

    [Fact]
    public async Task A_caller_that_leaves_cancels_the_function()
    {
        var began = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var fixture = new CallFixture(new CallableRegistry().AddAsync<int, int>("wait", async (_, token) =>
        {
            began.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancelled.SetResult();
            return 1;
        }));
        var session = await fixture.StartAsync();
        using var leave = new CancellationTokenSource();
        var calling = session.Call(Request("wait", 1), fixture.Clock, leave.Token);
        await began.Task.WithDeadline();
        await leave.CancelAsync();
        Assert.Equal(CallFailureKind.Cancelled, (await calling).Failure!.Kind);
        await cancelled.Task.WithDeadline();
        await session.Handler.NextOver();
    }

    [Fact]
    public async Task Protobuf_messages_cross_as_themselves()
    {
        var registry = new CallableRegistry().AddProtobuf().Add<Ping, Pong>("answer", ping => new Pong { Number = ping.Number + 1 });
        await using var fixture = new CallFixture(registry);
        var session = await fixture.StartAsync();
        var request = Request("answer", 1) with
        {
            Argument = new CallPayload("Application/Protobuf; charset=x; type=asgi_bridge.v1.Ping", Google.Protobuf.MessageExtensions.ToByteArray(new Ping { Number = 4 })),
        };
        var result = (await session.Call(request, fixture.Clock)).Result;
        Assert.Equal("application/protobuf; type=asgi_bridge.v1.Pong", result.ContentType);
        Assert.Equal(5ul, Pong.Parser.ParseFrom(result.Data.Span).Number);

        var other = request with { Argument = request.Argument with { ContentType = "application/protobuf; type=asgi_bridge.v1.Drain" } };
        Assert.Equal(CallFailureKind.BadArgument, (await session.Call(other, fixture.Clock)).Failure!.Kind);
    }

    [Fact]
    public async Task A_thread_context_ends_when_the_bridge_says_so_or_its_last_session_is_lost()
    {
        var registry = new CallableRegistry().Add<int, int>("thread", _ => Environment.CurrentManagedThreadId);
        await using var fixture = new CallFixture(registry);
        var session = await fixture.StartAsync();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var context in new[] { first, second })
        {
            Assert.Null((await session.Call(Request("thread", 1) with { ThreadContext = context }, fixture.Clock)).Failure);
        }

        Assert.Equal(2, registry.Host.ThreadContexts.Count);
        session.Engine.EndThreadContext(first);
        await WaitUntil.HoldsAsync(() => registry.Host.ThreadContexts.Count == 1);
        session.Link.Cut();
        await WaitUntil.HoldsAsync(() => registry.Host.ThreadContexts.Count == 0);
    }

    [Fact]
    public async Task A_bridge_that_takes_none_of_the_callables_ends_the_worker()
    {
        await using var fixture = new CallFixture(new CallableRegistry().Add("one", () => { }).Add("two", () => { }));
        await fixture.Worker.StartAsync();
        var session = await fixture.Bridge.NextSession();
        foreach (var name in new[] { "one", "two" })
        {
            session.Engine.RefuseOffer(new Offer { Callable = new Callable { Name = name } }, "It is hosted here.");
        }

        var error = await Assert.ThrowsAsync<WorkerException>(() => fixture.Worker.Completion.WithDeadline());
        Assert.Equal(WorkerError.OffersRefused, error.Error);
    }

    [Fact]
    public async Task A_stopping_worker_takes_callbacks_of_its_running_calls_and_nothing_else()
    {
        CallableRegistry? registry = null;
        registry = new CallableRegistry()
            .AddAsync<int, int>("outer", async number => await registry!.CallAsync<int, int>("elsewhere", number))
            .Add<int, int>("inner", number => number + 1);
        await using var fixture = new CallFixture(registry);
        var session = await fixture.StartAsync();
        var running = session.Call(Request("outer", 1), fixture.Clock);
        var elsewhere = await session.NextCall();

        var stopping = fixture.Worker.StopAsync();
        await WaitUntil.HoldsAsync(() => fixture.Worker.State == WorkerState.Draining);
        using var patience = new CancellationTokenSource(Deadline.Default);
        CallFailure? refused = null;
        while (refused is null)
        {
            Assert.False(patience.IsCancellationRequested, "Nothing was refused.");
            refused = (await session.Call(Request("inner", 1), fixture.Clock)).Failure;
        }

        Assert.Equal(CallFailureKind.Draining, refused.Kind);
        var back = await session.Call(Request("inner", 10, [.. elsewhere.Request.Path]), fixture.Clock);
        Assert.Equal("11", Text(back.Result));
        Assert.False(session.Handler.Drain.IsCompleted);
        await elsewhere.EndAsync(Returned(7));
        Assert.Equal("7", Text((await running).Result));
        await session.Handler.Drain;
        await stopping.WithDeadline();
        Assert.Equal(SessionEndingKind.Goodbye, (await session.Run.WithDeadline()).Kind);
    }

    [Fact]
    public async Task A_callable_that_is_registered_later_is_offered_on_this_session_and_the_next()
    {
        var registry = new CallableRegistry().Add<int, int>("double", number => 2 * number);
        await using var fixture = new CallFixture(registry);
        var session = await fixture.StartAsync();

        registry.Add<int, int>("triple", number => 3 * number, new CallableSettings { MaxConcurrentCalls = 7 });
        Assert.Equal(7u, (await Offered(session, "triple")).MaxInstances);
        Assert.Equal("63", Text((await session.Call(Request("triple", 21), fixture.Clock)).Result));

        var next = fixture.Bridge.NextSession();
        session.Link.Cut();
        await WaitUntil.HoldsAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(10));
            return next.IsCompleted;
        });
        await Offered(await next, "triple");
    }

    [Fact]
    public async Task A_callable_that_is_registered_before_the_worker_is_ready_becomes_ready_with_it_and_one_at_its_end_is_not_offered()
    {
        var registry = new CallableRegistry().Add<int, int>("double", number => 2 * number);
        await using var fixture = new CallFixture(registry);
        registry.Add("early", () => { });
        var session = await fixture.StartAsync();
        await Offered(session, "early");

        await fixture.Worker.StopAsync().WithDeadline();
        registry.Add("late", () => { });
        var offers = new List<Offer>();
        while (offers is not [.., { State: OfferState.Withdrawn, Callable.Name: "early" }])
        {
            offers.Add(await session.Handler.NextOffer());
        }

        Assert.DoesNotContain(offers, offer => offer.Callable.Name == "late");
    }

    [Fact]
    public async Task A_callback_runs_on_the_thread_that_is_blocked_waiting_for_it()
    {
        var thread = 0;
        var registry = new CallableRegistry().Add<int, int>("inner", _ => Environment.CurrentManagedThreadId);
        await using var fixture = new CallFixture(registry);
        var session = await fixture.StartAsync();
        var blocked = Task.Factory.StartNew(
            () =>
            {
                thread = Environment.CurrentManagedThreadId;
                return registry.Call<int, int>("elsewhere", 1);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var elsewhere = await session.NextCall();
        Assert.Equal((await session.Hello).Worker.ProcessId, WireId.ToBytes(elsewhere.Request.Path[^1].Peer));
        var inner = await session.Call(Request("inner", 1, [.. elsewhere.Request.Path]), fixture.Clock);
        Assert.Equal($"{thread}", Text(inner.Result));
        await elsewhere.EndAsync(Returned(5));
        Assert.Equal(5, await blocked.WithDeadline());
    }

    private static async Task<Offer> Offered(FakeSession session, string callable)
    {
        while (true)
        {
            if (await session.Handler.NextOffer() is { State: OfferState.Ready } offer && offer.Callable?.Name == callable)
            {
                return offer;
            }
        }
    }
}
