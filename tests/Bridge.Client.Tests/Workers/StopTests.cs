using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Client.Workers;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;
using static Bridge.Client.Tests.Workers.WorkerFixture;

namespace Bridge.Client.Tests.Workers;

/// <summary>How a worker ends on its own program's behalf.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task A_stop_finishes_what_runs_and_takes_nothing_new()
    {
        var release = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using var fixture = new WorkerFixture(async (scope, receive, send) =>
        {
            begun.SetResult();
            await release.Task;
            await Greeting(scope, receive, send);
        });
        using var cancellation = new CancellationTokenSource();
        var worker = fixture.Worker.RunAsync(cancellation.Token);
        var session = await fixture.Bridge.NextSession();
        await session.Offered(OfferState.Ready);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        var running = session.RunInstance(Get, Request());
        await begun.Task.WithDeadline();

        await cancellation.CancelAsync();
        await session.Offered(OfferState.Withdrawn);
        await session.Handler.Drain;
        Assert.Equal(WorkerState.Draining, fixture.Worker.State);
        Assert.Equal(EndingKind.Refused, (await session.RunInstance(Get, Request())).Kind);
        Assert.False(worker.IsCompleted);
        release.SetResult();

        Assert.Equal(EndingKind.Finished, (await running).Kind);
        Assert.Equal(WorkerEndingKind.Stopped, (await worker.WithDeadline()).Kind);
        Assert.Equal((GoodbyeCode.Done, true), ((await session.Run.WithDeadline()).Code, session.Engine.Ending!.ByPeer));
        Assert.Equal([WorkerState.Draining, WorkerState.Stopped], fixture.States.TakeLast(2));
        await session.Link.Disposed.Task.WithDeadline();
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_is_not_ready_from_that_moment()
    {
        var release = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using var fixture = new WorkerFixture(async (scope, receive, send) =>
        {
            begun.SetResult();
            await release.Task;
            await Greeting(scope, receive, send);
        });
        var session = await fixture.StartAsync();
        var running = session.RunInstance(Get, Request());
        await begun.Task.WithDeadline();

        var caller = Environment.CurrentManagedThreadId;
        var toldBy = 0;
        fixture.Worker.StateChanged += (_, change) => toldBy = change.State == WorkerState.Draining ? Environment.CurrentManagedThreadId : toldBy;
        var stopping = fixture.Worker.StopAsync();

        Assert.Equal((WorkerState.Draining, caller), (fixture.Worker.State, toldBy));
        release.SetResult();
        await stopping.WithDeadline();
        Assert.Equal(EndingKind.Finished, (await running).Kind);
    }

    [Fact]
    public async Task What_runs_longer_than_the_drain_time_gets_its_disconnect_event()
    {
        var waiting = new TaskCompletionSource();
        var received = new TaskCompletionSource<AsgiEvent>();
        await using var fixture = new WorkerFixture(
            async (_, receive, _) =>
            {
                await receive();
                waiting.SetResult();
                received.SetResult(await receive());
            },
            options => options.DrainTime = TimeSpan.FromSeconds(21));
        var session = await fixture.StartAsync();
        var running = session.RunInstance(Get, Request());
        await waiting.Task.WithDeadline();

        var stopping = fixture.Worker.StopAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromSeconds(21));
        Assert.False(received.Task.IsCompleted);
        fixture.Clock.Advance(TimeSpan.FromSeconds(21));

        await stopping.WithDeadline();
        Assert.Same(HttpDisconnectEvent.Instance, await received.Task);
        Assert.Equal(EndingKind.Lost, (await running).Kind);
        Assert.Contains(fixture.Log.Messages, message => message.StartsWith("The drain time of 21 s (DrainTime) is over; ending app", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_in_a_hurry_ends_what_runs_at_once()
    {
        var waiting = new TaskCompletionSource();
        await using var fixture = new WorkerFixture(async (_, receive, _) =>
        {
            await receive();
            waiting.SetResult();
            await receive();
        });
        var session = await fixture.StartAsync();
        var running = session.RunInstance(Get, Request());
        await waiting.Task.WithDeadline();

        await fixture.Worker.StopAsync(new CancellationToken(canceled: true)).WithDeadline();

        Assert.Equal(EndingKind.Lost, (await running).Kind);
        Assert.Equal(WorkerState.Stopped, fixture.Worker.State);
    }

    [Fact]
    public async Task A_WebSocket_gets_its_disconnect_event_when_the_stop_begins()
    {
        var open = new TaskCompletionSource();
        AsgiEvent? last = null;
        await using var fixture = new WorkerFixture(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketAcceptEvent());
            open.SetResult();
            last = await receive();
        });
        var session = await fixture.StartAsync();
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);
        var running = session.RunInstance(Socket, driver);
        await open.Task.WithDeadline();

        await fixture.Worker.StopAsync().WithDeadline();

        Assert.Equal(1012, Assert.IsType<WebSocketDisconnectEvent>(last).Code);
        Assert.Equal(EndingKind.Lost, (await running).Kind);
    }

    [Fact]
    public async Task An_application_that_ignores_everything_is_left_behind()
    {
        var begun = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        await using var fixture = new WorkerFixture((_, _, _) =>
        {
            begun.SetResult();
            return never.Task;
        });
        var session = await fixture.StartAsync();
        var running = session.RunInstance(Get, Request());
        await begun.Task.WithDeadline();

        var stopping = fixture.Worker.StopAsync();
        await WaitUntil.HoldsAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        });

        await stopping;
        Assert.Contains(fixture.Log.Errors, message => message.StartsWith("Ending without waiting any longer for app", StringComparison.Ordinal));
        Assert.Equal(WorkerState.Stopped, fixture.Worker.State);
        Assert.Equal(EndingKind.Lost, (await running).Kind);
    }

    [Fact]
    public async Task A_stop_ends_a_worker_that_waits_to_dial()
    {
        await using var fixture = new WorkerFixture(Greeting);
        fixture.Bridge.Refusal = new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "Nobody is there.");
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));

        await fixture.Worker.StopAsync().WithDeadline();

        Assert.Equal(1, fixture.Bridge.Dials);
        Assert.Equal(WorkerEndingKind.Stopped, (await fixture.Worker.Completion).Kind);
        var raised = await Assert.ThrowsAsync<WorkerException>(() => fixture.Worker.WaitUntilReadyAsync());
        Assert.Equal(WorkerError.Ended, raised.Error);
    }

    [Fact]
    public async Task A_stop_ends_a_worker_whose_bridge_has_not_said_hello()
    {
        var silent = new SilentBridge();
        await using var fixture = new WorkerFixture(Greeting, options => options.Dialer = silent);
        await fixture.Worker.StartAsync();
        await silent.Dialled.Task.WithDeadline();

        await fixture.Worker.StopAsync().WithDeadline();

        Assert.Equal(WorkerState.Stopped, fixture.Worker.State);
    }

    [Fact]
    public async Task A_worker_that_was_never_started_stops_at_once_and_does_not_start_any_more()
    {
        await using var fixture = new WorkerFixture(Greeting);
        await fixture.Worker.StopAsync().WithDeadline();

        Assert.Equal(WorkerState.Stopped, fixture.Worker.State);
        Assert.Equal(WorkerEndingKind.Stopped, (await fixture.Worker.Completion.WithDeadline()).Kind);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Worker.StartAsync());
        Assert.Equal(0, fixture.Bridge.Dials);
    }

    [Fact]
    public async Task A_worker_starts_once()
    {
        await using var fixture = new WorkerFixture(Greeting);
        await fixture.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Worker.StartAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Worker.RunAsync());
        Assert.True(fixture.Worker.IsReady);
    }

    [Fact]
    public async Task A_listener_that_raises_disturbs_nothing()
    {
        await using var fixture = new WorkerFixture(Greeting);
        fixture.Worker.StateChanged += (_, _) => throw new InvalidOperationException("broken");
        await fixture.StartAsync();
        await fixture.Worker.StopAsync().WithDeadline();

        Assert.Equal(WorkerState.Stopped, fixture.Worker.State);
        Assert.Contains("A listener for changes of the worker's state raised | broken", fixture.Log.Errors);
    }

    [Fact]
    public async Task Waiting_for_readiness_can_be_given_up()
    {
        await using var fixture = new WorkerFixture(Greeting);
        using var cancellation = new CancellationTokenSource();
        var waiting = fixture.Worker.WaitUntilReadyAsync(cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WithDeadline());
    }

    [Fact]
    public async Task A_worker_that_has_served_enough_instances_drains_and_asks_for_a_new_process()
    {
        await using var fixture = new WorkerFixture(
            Greeting, options => options.Recycle = new WorkerRecycling { MaxInstances = 2, Jitter = 1 });
        var running = fixture.Worker.RunAsync();
        var session = await fixture.Bridge.NextSession();
        await session.Offered(OfferState.Ready);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();

        // 2, raised by half of itself.
        Assert.Equal(EndingKind.Finished, (await session.RunInstance(Get, Request())).Kind);
        Assert.Equal(EndingKind.Finished, (await session.RunInstance(Get, Request())).Kind);
        Assert.True(fixture.Worker.IsReady);
        Assert.Equal(EndingKind.Finished, (await session.RunInstance(Get, Request())).Kind);

        Assert.Equal(new WorkerEnding(WorkerEndingKind.Recycled, "It has served 3 instances."), await running.WithDeadline());
    }

    [Fact]
    public async Task A_worker_that_has_served_long_enough_drains_and_asks_for_a_new_process()
    {
        await using var fixture = new WorkerFixture(
            Greeting, options => options.Recycle = new WorkerRecycling { MaxAge = TimeSpan.FromSeconds(4), Jitter = 0.5 });
        await fixture.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        fixture.Clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.True(fixture.Worker.IsReady);
        fixture.Clock.Advance(TimeSpan.FromTicks(1));

        var ending = await fixture.Worker.Completion.WithDeadline();
        Assert.Equal(new WorkerEnding(WorkerEndingKind.Recycled, "It has served for 00:00:05."), ending);
    }
}
