using Asgiref.Core.Hosting;
using Bridge.Client.Workers;
using Bridge.Protocol.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using static Bridge.Client.Tests.Workers.WorkerFixture;

namespace Bridge.Client.Tests.Workers;

/// <summary>What a worker does when a session ends or cannot be had.</summary>
public sealed class ReconnectTests
{
    private static readonly Status Unavailable = new(StatusCode.Unavailable, "Nobody is there.");

    [Fact]
    public async Task A_lost_session_is_dialled_again_and_serves_again()
    {
        await using var fixture = new WorkerFixture(Greeting);
        var first = await fixture.StartAsync();
        first.Link.Cut();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal(WorkerState.Connecting, fixture.Worker.State);
        Assert.Equal(1, fixture.Bridge.Dials);
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));
        var second = await fixture.Bridge.NextSession();
        await second.Offered(OfferState.Ready);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();

        Assert.Equal(EndingKind.Finished, (await second.RunInstance(Get, Request())).Kind);

        // Listeners are told after those who wait.
        await WaitUntil.HoldsAsync(() => fixture.States.Count(state => state == WorkerState.Ready) == 2);
        Assert.Equal(
            [WorkerState.Starting, WorkerState.Connecting, WorkerState.Ready, WorkerState.Connecting, WorkerState.Ready],
            Undoubled(fixture.States));
        await first.Link.Disposed.Task.WithDeadline();
    }

    [Fact]
    public async Task An_application_is_told_of_a_lost_session_by_its_disconnect_event()
    {
        var begun = new TaskCompletionSource();
        var received = new TaskCompletionSource<string>();
        await using var fixture = new WorkerFixture(async (_, receive, _) =>
        {
            await receive();
            begun.SetResult();
            received.SetResult((await receive()).Type);
        });
        var session = await fixture.StartAsync();
        var running = session.RunInstance(Get, Request());
        await begun.Task.WithDeadline();
        session.Link.Cut();

        Assert.Equal("http.disconnect", await received.Task.WithDeadline());
        await WaitUntil.HoldsAsync(() => fixture.Worker.Metrics.LiveInstances == 0);
    }

    [Fact]
    public async Task Waits_double_up_to_the_longest_and_are_logged_once_for_each_reason()
    {
        await using var fixture = new WorkerFixture(Greeting);
        fixture.Bridge.Refusal = Unavailable;
        await fixture.Worker.StartAsync();
        foreach (var milliseconds in new[] { 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(milliseconds));
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        }

        await fixture.Clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(10, fixture.Bridge.Dials);
        await WaitUntil.HoldsAsync(() => fixture.Worker.State == WorkerState.Connecting);
        var warning = Assert.Single(fixture.Log.Entries, entry => entry.Level == LogLevel.Warning).Message;
        Assert.StartsWith(
            "Session w1/0 at http://localhost:50051 ended: Nobody is there. (Unavailable) Dialling again in 0.05 s", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bridge_that_does_not_know_sessions_is_dialled_again()
    {
        await using var fixture = new WorkerFixture(Greeting);
        fixture.Bridge.Refusal = new Status(StatusCode.Unimplemented, "Service is unimplemented.");
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        fixture.Bridge.Refusal = null;
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));

        await (await fixture.Bridge.NextSession()).Offered(OfferState.Ready);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        Assert.Contains(fixture.Log.Messages, message => message.Contains("Service is unimplemented. (Unimplemented)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dial_that_raises_is_a_reason_to_dial_again()
    {
        await using var fixture = new WorkerFixture(Greeting, options =>
        {
            options.Dialer = null;
            options.ConfigureConnection = _ => throw new IOException("The key cannot be read.");
        });
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));

        Assert.Contains(
            "Session 0 at http://localhost:50051 ended: The key cannot be read. Dialling again in 0.05 s", fixture.Log.Messages);
    }

    [Fact]
    public async Task A_session_that_lasted_lets_the_waits_begin_anew()
    {
        await using var fixture = new WorkerFixture(Greeting);
        fixture.Bridge.Refusal = Unavailable;
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(100));
        fixture.Bridge.Refusal = null;
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(100));

        // Not long enough.
        var early = await fixture.Bridge.NextSession();
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        fixture.Clock.Advance(TimeSpan.FromSeconds(9));
        early.Link.Cut();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(200));
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(200));

        var late = await fixture.Bridge.NextSession();
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        late.Link.Cut();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, WorkerError.Unauthenticated)]
    [InlineData(StatusCode.PermissionDenied, WorkerError.PermissionDenied)]
    [InlineData(StatusCode.FailedPrecondition, WorkerError.NoCommonRevision)]
    public async Task What_dialling_again_does_not_mend_ends_the_worker(StatusCode code, WorkerError error)
    {
        await using var fixture = new WorkerFixture(Greeting);
        fixture.Bridge.Refusal = new Status(code, "No.");
        var running = fixture.Worker.RunAsync();

        var raised = await Assert.ThrowsAsync<WorkerException>(() => running.WithDeadline());

        Assert.Equal((error, $"No. ({code})"), (raised.Error, raised.Message));
        Assert.Equal(1, fixture.Bridge.Dials);
        Assert.Equal(WorkerState.Failed, fixture.Worker.State);
        Assert.Same(raised, await Assert.ThrowsAsync<WorkerException>(() => fixture.Worker.WaitUntilReadyAsync().WithDeadline()));
        Assert.Contains(fixture.Log.Errors, message => message.StartsWith($"Worker w1 fails ({error}): No.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_error_of_one_session_drains_the_others()
    {
        await using var fixture = new WorkerFixture(Greeting, options => options.Sessions = 2);
        await fixture.Worker.StartAsync();
        var first = await fixture.Bridge.NextSession();
        var second = await fixture.Bridge.NextSession();
        await first.Offered(OfferState.Ready);
        await second.Offered(OfferState.Ready);
        first.Link.Status = new Status(StatusCode.Unauthenticated, "The token has changed.");
        first.Link.Cut();

        var raised = await Assert.ThrowsAsync<WorkerException>(() => fixture.Worker.Completion.WithDeadline());

        Assert.Equal(WorkerError.Unauthenticated, raised.Error);
        await second.Offered(OfferState.Withdrawn);
        Assert.Equal(GoodbyeCode.Done, (await second.Run.WithDeadline()).Code);
    }

    [Fact]
    public async Task A_newer_process_ends_the_worker_as_replaced()
    {
        await using var fixture = new WorkerFixture(Greeting);
        var running = fixture.Worker.RunAsync();
        var session = await fixture.Bridge.NextSession();
        await session.Offered(OfferState.Ready);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        session.Engine.Close(GoodbyeCode.Replaced, "A newer process of the name has come.");

        Assert.Equal(
            new WorkerEnding(WorkerEndingKind.Replaced, "A newer process of the name has come."), await running.WithDeadline());
        Assert.Equal(WorkerState.Stopped, fixture.Worker.State);
        Assert.Equal(1, fixture.Bridge.Dials);
    }

    [Fact]
    public async Task A_draining_bridge_keeps_what_runs_and_a_new_session_is_dialled()
    {
        var release = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using var fixture = new WorkerFixture(async (scope, receive, send) =>
        {
            if (begun.TrySetResult())
            {
                await release.Task;
            }

            await Greeting(scope, receive, send);
        });
        var old = await fixture.StartAsync();
        var running = old.RunInstance(Get, Request());
        await begun.Task.WithDeadline();
        old.Engine.Drain("The bridge is stopping.");
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal(WorkerState.Connecting, fixture.Worker.State);
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));

        var session = await fixture.Bridge.NextSession();
        await session.Offered(OfferState.Ready);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        Assert.Equal(EndingKind.Finished, (await session.RunInstance(Get, Request())).Kind);
        Assert.False(running.IsCompleted);
        release.SetResult();
        Assert.Equal(EndingKind.Finished, (await running).Kind);
        Assert.Equal(GoodbyeCode.Done, (await old.Run.WithDeadline()).Code);
        Assert.Equal(WorkerState.Ready, fixture.Worker.State);
        Assert.Equal(2, fixture.Bridge.Dials);
    }

    [Fact]
    public async Task An_older_session_that_is_replaced_means_nothing()
    {
        await using var fixture = new WorkerFixture(async (_, receive, _) =>
        {
            await receive();
            await receive();
        });
        var old = await fixture.StartAsync();
        var running = old.RunInstance(Get, Request());
        old.Engine.Drain("The bridge is stopping.");
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));
        var session = await fixture.Bridge.NextSession();
        await session.Offered(OfferState.Ready);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        old.Engine.Close(GoodbyeCode.Replaced, "A newer session of the slot has come.");
        await old.Link.Disposed.Task.WithDeadline();

        Assert.Equal(WorkerState.Ready, fixture.Worker.State);
        Assert.False(fixture.Worker.Completion.IsCompleted);
    }

    [Fact]
    public async Task Sessions_that_drain_are_bounded_the_oldest_is_closed()
    {
        await using var fixture = new WorkerFixture(
            async (_, receive, _) =>
            {
                await receive();
                await receive();
            },
            options => options.Reconnection = new WorkerReconnection { LongestDelay = TimeSpan.FromMilliseconds(100) });
        var oldest = await fixture.StartAsync();
        var session = oldest;
        for (var count = 0; count < 9; count++)
        {
            var begun = session.RunInstance(Get, Request());
            await WaitUntil.HoldsAsync(() => fixture.Worker.Metrics.LiveInstances == count + 1);
            session.Engine.Drain("Again.");
            await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
            Assert.Equal(count == 8, oldest.Engine.Ending is not null || await EndsAsync(oldest, count == 8));
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));
            session = await fixture.Bridge.NextSession();
            await session.Offered(OfferState.Ready);
        }
    }

    [Fact]
    public async Task A_refused_offer_is_reported_and_the_others_are_served()
    {
        await using var fixture = new WorkerFixture(Greeting, options => options.Applications.Add("other", Greeting));
        var session = await fixture.StartAsync();
        session.Engine.RefuseOffer("app", "The bridge hosts it itself.");
        await WaitUntil.HoldsAsync(() => fixture.Log.Errors.Any());

        Assert.Equal(
            "The bridge refused application app on session w1/0 at http://localhost:50051: The bridge hosts it itself.",
            Assert.Single(fixture.Log.Errors));
        Assert.Equal(EndingKind.Finished, (await session.RunInstance(Get, Request(), "other")).Kind);
        Assert.True(fixture.Worker.IsReady);
    }

    [Fact]
    public async Task A_worker_whose_every_offer_is_refused_ends()
    {
        await using var fixture = new WorkerFixture(Greeting, options => options.Applications.Add("other", Greeting));
        fixture.Bridge.RefusedOffer = "The bridge hosts it itself.";
        await fixture.Worker.StartAsync();

        var raised = await Assert.ThrowsAsync<WorkerException>(() => fixture.Worker.WaitUntilReadyAsync().WithDeadline());

        Assert.Equal(WorkerError.OffersRefused, raised.Error);
        Assert.StartsWith("The bridge takes nothing of what the worker serves; of \"", raised.Message, StringComparison.Ordinal);
        Assert.EndsWith("\" it says: The bridge hosts it itself.", raised.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(WorkerState.Ready, fixture.States);
    }

    private static async Task<bool> EndsAsync(FakeSession session, bool ends)
    {
        if (ends)
        {
            await session.Run.WithDeadline();
        }

        return session.Engine.Ending is not null;
    }

    /// <summary>Whether the session or the applications come first is not fixed.</summary>
    private static IEnumerable<WorkerState> Undoubled(IEnumerable<WorkerState> states)
    {
        var list = states.ToList();
        if (list[1] == WorkerState.Ready)
        {
            list.Insert(1, WorkerState.Connecting);
        }

        return list;
    }
}
