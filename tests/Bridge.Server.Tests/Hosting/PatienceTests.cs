using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Hosting;

/// <summary>After the disconnect: the event once, a grace period, cancellation, and at last the client is let go of.</summary>
public sealed class PatienceTests
{
    [Fact]
    [Covers("CORE-04", "HTTP-49")]
    public async Task The_disconnect_event_comes_once_and_the_token_fires_when_the_grace_period_is_over()
    {
        var events = new List<AsgiEvent>();
        var gotDisconnect = new TaskCompletionSource();
        using var fixture = new HostingFixture(async (_, receive, _) =>
        {
            events.Add(await receive());
            gotDisconnect.SetResult();
            events.Add(await receive());
        });
        var driver = new FakeDriver();

        var running = fixture.RunAsync(driver);
        driver.Leave();
        await gotDisconnect.Task.WithDeadline();
        fixture.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(running.IsCompleted);
        fixture.Clock.Advance(TimeSpan.FromSeconds(0.1));
        var ending = await running;

        Assert.Equal([HttpDisconnectEvent.Instance], events);
        Assert.Equal(EndingKind.Disconnected, ending.Kind);
        Assert.IsAssignableFrom<OperationCanceledException>(ending.Error);
        Assert.Equal(1, fixture.Metrics.CountOf(Limit.GraceTime));
        Assert.Equal(0, fixture.Metrics.CountOf(Limit.CancellationTime));
        Assert.Equal(0, fixture.Clock.ArmedTimers);
    }

    [Fact]
    [Covers("CANC-16")]
    public async Task The_ambient_token_ends_a_wait_for_something_else()
    {
        using var fixture = new HostingFixture((_, _, _) => Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token));
        var driver = new FakeDriver();

        var running = fixture.RunAsync(driver);
        driver.Leave();
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(EndingKind.Disconnected, (await running).Kind);
    }

    [Fact]
    public async Task An_application_that_ignores_its_cancellation_is_detached_and_keeps_its_place_until_it_returns()
    {
        var release = new TaskCompletionSource();
        var returned = new TaskCompletionSource();
        Exception? lateSend = null;
        using var fixture = new HostingFixture(
            hosted => hosted with { MaxInstances = 1 },
            async (_, _, send) =>
            {
                await release.Task;
                lateSend = await Record.ExceptionAsync(async () => await send(new HttpResponseStartEvent { Status = 200 }));
                returned.SetResult();
            });
        var driver = new FakeDriver();

        var running = fixture.RunAsync(driver);
        driver.Leave();
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(running.IsCompleted);
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        var ending = await running;

        Assert.Equal(EndingKind.Disconnected, ending.Kind);
        Assert.Equal(1, fixture.Metrics.LiveInstances);
        Assert.Equal(EndingKind.Refused, (await fixture.RunAsync(new FakeDriver())).Kind);
        Assert.Single(fixture.Log.Messages, message => message.Contains("ignores its cancellation", StringComparison.Ordinal));

        release.SetResult();
        await returned.Task.WithDeadline();
        await fixture.Application.CloseAsync().WithDeadline();
        Assert.IsType<ClientDisconnectedException>(lateSend);
        Assert.Equal(0, fixture.Metrics.LiveInstances);
        Assert.False(driver.CalledAfterEnd);
    }

    [Fact]
    public async Task An_application_that_returns_in_time_leaves_no_timer_behind()
    {
        using var fixture = new HostingFixture(async (_, receive, _) => await receive());
        var driver = new FakeDriver();

        var running = fixture.RunAsync(driver);
        driver.Leave();
        await running;

        Assert.Equal(0, fixture.Clock.ArmedTimers);
    }

    [Fact]
    public async Task A_client_that_leaves_after_the_complete_response_does_not_spoil_the_ending()
    {
        var sent = new TaskCompletionSource();
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 204 });
            await send(new HttpResponseBodyEvent());
            sent.SetResult();
            await receive();
        });
        var driver = new FakeDriver();

        var running = fixture.RunAsync(driver);
        await sent.Task.WithDeadline();
        driver.Leave();

        Assert.Equal(EndingKind.Finished, (await running).Kind);
    }

    [Fact]
    public async Task A_second_receive_after_the_disconnect_of_a_complete_response_ends_with_the_patience()
    {
        var waiting = new TaskCompletionSource();
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 204 });
            await send(new HttpResponseBodyEvent());
            Assert.Same(HttpDisconnectEvent.Instance, await receive());
            var second = receive();
            waiting.SetResult();
            await second;
        });
        var driver = new FakeDriver();
        driver.Give(HttpDisconnectEvent.Instance);

        var running = fixture.RunAsync(driver);
        await waiting.Task.WithDeadline();
        fixture.Clock.Advance(fixture.Context.Limits.GraceTime);
        var ending = await running;

        Assert.IsAssignableFrom<OperationCanceledException>(ending.Error);
        Assert.Equal(1, fixture.Metrics.CountOf(Limit.GraceTime));
        Assert.Equal(0, fixture.Clock.ArmedTimers);
    }

    [Fact]
    [Covers("GAP-21")]
    public async Task A_host_that_stops_an_instance_gives_it_the_disconnect_event_and_ends_it_as_lost()
    {
        AsgiEvent? received = null;
        Exception? lateSend = null;
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            received = await receive();
            lateSend = await Record.ExceptionAsync(async () => await send(new WebSocketAcceptEvent()));
        });

        var running = fixture.RunAsync(new FakeDriver(), new WebSocketScope { Path = "/" });
        fixture.Application.LiveInstances().Single().Stop("stopping");
        var ending = await running;

        Assert.Equal(1012, Assert.IsType<WebSocketDisconnectEvent>(received).Code);
        Assert.IsType<ClientDisconnectedException>(lateSend);
        Assert.Equal((EndingKind.Lost, "stopping"), (ending.Kind, ending.Reason));
    }
}
