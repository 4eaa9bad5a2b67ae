using System.Net;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Hosting;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Hosting;

/// <summary>The order in which the whole bridge starts and stops.</summary>
public sealed class StartAndStopTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    [Covers("LIFE-11")]
    public async Task Nothing_listens_before_every_application_has_started()
    {
        var release = new TaskCompletionSource();
        await using var bridge = TestBridge.Build([new HostedApplication("app", async (_, receive, send) =>
        {
            await receive();
            await release.Task;
            await send(LifespanStartupCompleteEvent.Instance);
            await receive();
        })]);

        var starting = bridge.StartAsync();
        Assert.EndsWith(":0/", bridge.Http.AbsoluteUri, StringComparison.Ordinal);
        release.SetResult();
        await starting;

        Assert.Equal("ready\n", await Client.GetStringAsync(new Uri(bridge.Management, "/readyz")).WithDeadline());
    }

    [Fact]
    [Covers("LIFE-13")]
    public async Task A_failed_startup_fails_the_start_and_shuts_down_what_had_started()
    {
        var shutDown = new TaskCompletionSource();
        await using (var bridge = TestBridge.Build(
        [
            new HostedApplication("first", async (_, receive, send) =>
            {
                await receive();
                await send(LifespanStartupCompleteEvent.Instance);
                await receive();
                shutDown.SetResult();
            }),
            new HostedApplication("second", async (_, receive, send) =>
            {
                await receive();
                await send(new LifespanStartupFailedEvent { Message = "broken" });
            }),
        ]))
        {
            await Assert.ThrowsAsync<LifespanFailedException>(bridge.StartAsync);
        }

        await shutDown.Task.WithDeadline();
    }

    [Fact]
    [Covers("LIFE-16", "LIFE-18", "GAP-21")]
    public async Task A_stop_is_first_unready_then_waits_for_the_instances_then_shuts_the_applications_down()
    {
        var order = new List<string>();
        var release = new TaskCompletionSource();
        await using var bridge = await TestBridge.StartAsync("app", async (scope, receive, send) =>
        {
            if (scope is LifespanScope)
            {
                await receive();
                await send(LifespanStartupCompleteEvent.Instance);
                await receive();
                order.Add("shutdown");
                await send(LifespanShutdownCompleteEvent.Instance);
                return;
            }

            await release.Task;
            order.Add("instance ended");
        });
        var unready = new TaskCompletionSource();
        bridge.Service<IReadiness>().Changed += () => unready.TrySetResult();
        Assert.True(bridge.Service<IApplicationDirectory>().TryFind("app", out var application));
        var running = application.RunAsync(HostingFixture.Get, new FakeDriver());

        var stopping = bridge.StopAsync();
        await unready.Task.WithDeadline();
        using var answer = await Client.GetAsync(new Uri(bridge.Management, "/readyz")).WithDeadline();
        var late = await application.RunAsync(HostingFixture.Get, new FakeDriver()).WithDeadline();
        release.SetResult();
        await stopping;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(EndingKind.Refused, late.Kind);
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        Assert.Equal(["instance ended", "shutdown"], order);
    }

    [Fact]
    [Covers("GAP-21")]
    public async Task When_the_drain_limit_is_over_an_instance_gets_its_disconnect_event_and_the_log_says_what_was_waited_for()
    {
        var waiting = new TaskCompletionSource();
        AsgiEvent? received = null;
        using var fixture = new HostingFixture(async (_, receive, _) =>
        {
            var next = receive();
            waiting.SetResult();
            received = await next;
        });
        var drain = fixture.Drain();
        var running = fixture.RunAsync(new FakeDriver());
        await waiting.Task.WithDeadline();

        var draining = drain.RunAsync();
        Assert.Null(received);
        fixture.Clock.Advance(TimeSpan.FromSeconds(30));
        await draining.WithDeadline();

        Assert.Same(HttpDisconnectEvent.Instance, received);
        Assert.Equal(EndingKind.Lost, (await running).Kind);
        Assert.Equal(1, fixture.Metrics.CountOf(Limit.DrainTime));
        Assert.Contains(
            "The drain limit of 30 s (Bridge:Limits:DrainTime) is over; ending app (http GET /some/path), running for 30.0 s, in receive",
            fixture.Log.Messages);
    }

    [Fact]
    public async Task A_drain_in_a_hurry_ends_what_runs_without_waiting_for_the_limit()
    {
        using var fixture = new HostingFixture(async (_, receive, _) => await receive());
        using var hurry = new CancellationTokenSource();
        var running = fixture.RunAsync(new FakeDriver());
        var draining = fixture.Drain().RunAsync(hurry.Token);
        Assert.False(draining.IsCompleted);

        await hurry.CancelAsync();

        Assert.True(await draining.WithDeadline());
        Assert.Equal(EndingKind.Lost, (await running).Kind);
        Assert.Equal(0, fixture.Metrics.CountOf(Limit.DrainTime));
    }

    [Fact]
    public async Task A_WebSocket_is_closed_with_1012_when_the_stop_begins()
    {
        WebSocketDisconnectEvent? received = null;
        using var fixture = new HostingFixture(async (_, receive, _) => received = (WebSocketDisconnectEvent)await receive());
        var running = fixture.RunAsync(new FakeDriver(), new WebSocketScope { Path = "/chat" });

        await fixture.Drain().RunAsync().WithDeadline();

        Assert.Equal(1012, received!.Code);
        Assert.Equal(EndingKind.Lost, (await running).Kind);
        Assert.Equal(0, fixture.Metrics.CountOf(Limit.DrainTime));
    }

    [Fact]
    public async Task A_stop_ends_although_an_application_ignores_everything()
    {
        using var fixture = new HostingFixture((_, _, _) => Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None));
        var running = fixture.RunAsync(new FakeDriver());
        var draining = fixture.Drain().RunAsync();

        await WaitUntil.HoldsAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(5));
            return draining.IsCompleted;
        });

        Assert.Equal(EndingKind.Lost, (await running).Kind);
        Assert.Contains(fixture.Log.Errors, message => message.StartsWith("Stopping without waiting any longer for app", StringComparison.Ordinal));
        Assert.Equal(1, fixture.Metrics.LiveInstances);
    }
}
