using Asgiref.Core.Callables;
using Bridge.Client.Tests.Workers;
using Bridge.Client.Workers;
using static Bridge.Client.Tests.Callables.BridgeSide;
using static Bridge.Client.Tests.Workers.WorkerFixture;

namespace Bridge.Client.Tests.Callables;

/// <summary>The calls of what still runs in a worker that its bridge has told to drain.</summary>
public sealed class DrainedCallTests
{
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CallableRegistry _registry = new();

    [Fact]
    public async Task A_function_that_still_runs_calls_others_over_the_session_that_drains_and_is_called_back()
    {
        _registry
            .AddAsync<int, int>("outer", async number =>
            {
                await _goOn.Task;
                return await _registry.CallAsync<int, int>("elsewhere", number);
            })
            .Add<int, int>("inner", number => number + 1);
        await using var fixture = new CallFixture(_registry);
        var session = await fixture.StartAsync();
        var running = session.Call(Request("outer", 1), fixture.Clock);
        await WaitUntil.HoldsAsync(() => fixture.Worker.Metrics.LiveCalls == 1);
        await DrainAsync(session, fixture.Worker);

        _goOn.SetResult();
        var elsewhere = await session.NextCall();
        Assert.Equal("11", Text((await session.Call(Request("inner", 10, [.. elsewhere.Request.Path]), fixture.Clock)).Result));
        await elsewhere.EndAsync(Returned(7));

        Assert.Equal("7", Text((await running).Result));
        Assert.Equal(Protocol.Sessions.SessionEndingKind.Goodbye, (await session.Run.WithDeadline()).Kind);
    }

    [Fact]
    public async Task An_instance_that_still_runs_calls_over_the_session_that_drains()
    {
        await using var fixture = new WorkerFixture(
            async (_, _, send) =>
            {
                await _goOn.Task;
                var status = await _registry.CallAsync<int, int>("elsewhere", 1);
                await send(new Asgiref.Core.Events.HttpResponseStartEvent { Status = status });
                await send(new Asgiref.Core.Events.HttpResponseBodyEvent());
            },
            options => options.Callables = _registry);
        var session = await fixture.StartAsync();
        var running = session.RunInstance(Get, WorkerFixture.Request());
        await WaitUntil.HoldsAsync(() => session.Engine.OpenedHere == 1);
        await DrainAsync(session, fixture.Worker);

        _goOn.SetResult();
        await (await session.NextCall()).EndAsync(Returned(204));

        Assert.Equal(Asgiref.Core.Hosting.EndingKind.Finished, (await running).Kind);
    }

    [Fact]
    public async Task A_call_that_nothing_needs_there_waits_for_the_next_session()
    {
        _registry.AddAsync<int, int>("outer", async number =>
        {
            await _goOn.Task;
            return number;
        });
        await using var fixture = new CallFixture(_registry, options => options.SessionWaitTime = TimeSpan.FromSeconds(3));
        var session = await fixture.StartAsync();
        var running = session.Call(Request("outer", 1), fixture.Clock);
        await WaitUntil.HoldsAsync(() => fixture.Worker.Metrics.LiveCalls == 1);
        await DrainAsync(session, fixture.Worker);

        var calling = _registry.CallAsync<int, int>("elsewhere", 1).AsTask();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromSeconds(3));
        Assert.False(calling.IsCompleted);
        var delay = new WorkerReconnection().FirstDelay / 2;
        await fixture.Clock.UntilArmedAsync(delay);
        fixture.Clock.Advance(delay);
        await (await (await fixture.Bridge.NextSession()).NextCall()).EndAsync(Returned(3));

        Assert.Equal(3, await calling.WithDeadline());
        _goOn.SetResult();
        Assert.Equal("1", Text((await running).Result));
    }

    private static async Task DrainAsync(FakeSession session, BridgeWorker worker)
    {
        session.Engine.Drain("A newer process has taken its place.");
        await WaitUntil.HoldsAsync(() => !worker.IsReady);
    }
}
