using System.Collections.Concurrent;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Client.Workers;
using Bridge.Protocol.V1;
using AsgiLifespanScope = Asgiref.Core.Scopes.LifespanScope;

namespace Bridge.Client.Tests.Workers;

/// <summary>The lifespan of a worker's applications, which runs in its process.</summary>
public sealed class WorkerLifespanTests
{
    private static readonly WorkerApplicationOptions On = new() { Lifespan = WorkerLifespan.On };

    private readonly ConcurrentQueue<string> _seen = [];
    private readonly TaskCompletionSource _mayStart = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task An_application_is_added_while_it_starts_up_and_ready_after()
    {
        await using var fixture = new WorkerFixture(RunAsync, null, On);
        await fixture.Worker.StartAsync();
        var session = await fixture.Bridge.NextSession();
        var offer = await session.Handler.NextOffer();
        Assert.Equal((OfferState.Added, "app"), (offer.State, offer.Application));
        Assert.Equal(WorkerState.Starting, fixture.Worker.State);
        Assert.Equal(EndingKind.Refused, (await session.RunInstance(WorkerFixture.Get, WorkerFixture.Request())).Kind);

        _mayStart.SetResult();
        Assert.Equal(OfferState.Ready, (await session.Handler.NextOffer()).State);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        Assert.Equal(EndingKind.Finished, (await session.RunInstance(WorkerFixture.Get, WorkerFixture.Request())).Kind);
    }

    [Fact]
    public async Task It_starts_once_whatever_becomes_of_the_sessions_and_shuts_down_at_the_end()
    {
        _mayStart.SetResult();
        await using var fixture = new WorkerFixture(RunAsync, null, On);
        var first = await fixture.StartAsync();
        await first.RunInstance(WorkerFixture.Get, WorkerFixture.Request());
        first.Link.Cut();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));
        var second = await fixture.Bridge.NextSession();
        Assert.Equal(OfferState.Ready, (await second.Handler.NextOffer()).State);
        await second.RunInstance(WorkerFixture.Get, WorkerFixture.Request());
        Assert.Equal(["startup", "request with a pool", "request with a pool"], _seen);

        await fixture.Worker.StopAsync().WithDeadline();

        Assert.Equal(["startup", "request with a pool", "request with a pool", "shutdown"], _seen);
    }

    [Fact]
    public async Task A_failed_startup_ends_the_worker_and_shuts_down_what_had_started()
    {
        _mayStart.SetResult();
        await using var fixture = new WorkerFixture(
            RunAsync,
            options => options.Applications.Add("second", async (_, receive, send) =>
            {
                await receive();
                await send(new LifespanStartupFailedEvent { Message = "no database" });
            }),
            On);
        var running = fixture.Worker.RunAsync();
        var session = await fixture.Bridge.NextSession();

        var raised = await Assert.ThrowsAsync<WorkerException>(() => running.WithDeadline());

        Assert.Equal((WorkerError.StartupFailed, "Application second failed to start: no database"), (raised.Error, raised.Message));
        Assert.Equal(["startup", "shutdown"], _seen);
        Assert.Equal(WorkerState.Failed, fixture.Worker.State);
        Assert.DoesNotContain(WorkerState.Ready, fixture.States);
        await session.Link.Disposed.Task.WithDeadline();
    }

    [Fact]
    public async Task A_startup_that_takes_too_long_ends_the_worker()
    {
        await using var fixture = new WorkerFixture(RunAsync, options => options.LifespanStartupTime = TimeSpan.FromSeconds(7), On);
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromSeconds(7));
        fixture.Clock.Advance(TimeSpan.FromSeconds(7));

        var raised = await Assert.ThrowsAsync<WorkerException>(() => fixture.Worker.Completion.WithDeadline());
        Assert.Equal(WorkerError.StartupFailed, raised.Error);
    }

    [Fact]
    public async Task A_stop_gives_up_a_startup()
    {
        var cancelled = new TaskCompletionSource();
        await using var fixture = new WorkerFixture(
            async (_, receive, _) =>
            {
                await receive();
                using var registration = AsgiCancellation.Token.Register(cancelled.SetResult);
                await cancelled.Task;
            },
            null,
            On);
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromSeconds(60));

        await fixture.Worker.StopAsync().WithDeadline();

        await cancelled.Task.WithDeadline();
        Assert.Equal(WorkerEndingKind.Stopped, (await fixture.Worker.Completion).Kind);
    }

    [Fact]
    public async Task An_application_without_lifespan_is_no_error_unless_it_must_have_one()
    {
        await using var lenient = new WorkerFixture(HttpOnlyAsync, null, new WorkerApplicationOptions());
        await lenient.StartAsync();

        await using var strict = new WorkerFixture(HttpOnlyAsync, null, On);
        var raised = await Assert.ThrowsAsync<WorkerException>(() => strict.Worker.RunAsync().WithDeadline());
        Assert.Equal(WorkerError.StartupFailed, raised.Error);
    }

    private static Task HttpOnlyAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send) =>
        scope is AsgiLifespanScope ? throw new NotSupportedException("http only") : WorkerFixture.Greeting(scope, receive, send);

    private async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not AsgiLifespanScope)
        {
            _seen.Enqueue($"request with {scope.State!["what"]}");
            await WorkerFixture.Greeting(scope, receive, send);
            return;
        }

        Assert.IsType<LifespanStartupEvent>(await receive());
        await _mayStart.Task;
        scope.State!["what"] = "a pool";
        _seen.Enqueue("startup");
        await send(LifespanStartupCompleteEvent.Instance);
        Assert.IsType<LifespanShutdownEvent>(await receive());
        _seen.Enqueue("shutdown");
        await send(LifespanShutdownCompleteEvent.Instance);
    }
}
