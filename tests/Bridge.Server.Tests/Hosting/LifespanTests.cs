using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Local;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Hosting;

public sealed class LifespanTests
{
    [Fact]
    [Covers("LIFE-03", "LIFE-04", "LIFE-05", "LIFE-06", "LIFE-09", "LIFE-10", "LIFE-16", "LIFE-17", "LIFE-21", "CORE-12")]
    public async Task Startup_and_shutdown_are_one_call_with_an_empty_state()
    {
        var events = new List<AsgiEvent>();
        LifespanScope? seen = null;
        using var fixture = new HostingFixture(async (scope, receive, send) =>
        {
            seen = (LifespanScope)scope;
            Assert.Empty(seen.State!);
            events.Add(await receive());
            await send(LifespanStartupCompleteEvent.Instance);
            events.Add(await receive());
            await send(LifespanShutdownCompleteEvent.Instance);
        });
        var lifespan = fixture.Application.Lifespan;

        await lifespan.StartAsync(CancellationToken.None).WithDeadline();
        Assert.Equal([LifespanStartupEvent.Instance], events);
        await lifespan.StopAsync().WithDeadline();

        Assert.Equal([LifespanStartupEvent.Instance, LifespanShutdownEvent.Instance], events);
        Assert.Equal(new AsgiVersions("3.0", "2.0"), seen!.Asgi);
        Assert.Equal(0, fixture.Metrics.LiveInstances);
        Assert.Empty(fixture.Log.Errors);
    }

    [Fact]
    public async Task A_lifespan_sees_no_local_value_of_the_server_and_leaves_none()
    {
        var local = new Local<string> { Value = "of the server" };
        var seen = new List<bool>();
        using var fixture = new HostingFixture(async (scope, receive, send) =>
        {
            seen.Add(local.TryGet(out _));
            local.Value = "left behind";
            await receive();
            await send(LifespanStartupCompleteEvent.Instance);
        });

        await fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline();

        Assert.Equal([false], seen);
        Assert.Equal("of the server", local.Value);
    }

    [Fact]
    [Covers("LIFE-02", "LIFE-07", "LIFE-08", "HTTP-26")]
    public async Task Every_request_gets_a_shallow_copy_of_the_state()
    {
        var pool = new object();
        var seen = new List<IDictionary<string, object?>>();
        using var fixture = new HostingFixture(async (scope, receive, send) =>
        {
            if (scope is LifespanScope)
            {
                await receive();
                scope.State!["pool"] = pool;
                await send(LifespanStartupCompleteEvent.Instance);
                await receive();
                return;
            }

            seen.Add(scope.State!);
            scope.State!.Add("own", "value");
        });

        await fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline();
        await fixture.RunAsync(new FakeDriver());
        await fixture.RunAsync(new FakeDriver());
        await fixture.Application.Lifespan.StopAsync().WithDeadline();

        Assert.Equal(2, seen.Count);
        Assert.All(seen, state => Assert.Same(pool, state["pool"]));
        Assert.NotSame(seen[0], seen[1]);
    }

    [Fact]
    [Covers("LIFE-12", "LIFE-13")]
    public async Task A_failed_startup_stops_the_start_with_its_message()
    {
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await receive();
            await send(new LifespanStartupFailedEvent { Message = "no database" });
        });

        var error = await Assert.ThrowsAsync<LifespanFailedException>(() => fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline());

        Assert.Equal("Application app failed to start: no database", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Covers("LIFE-14", "CORE-14", "GAP-06")]
    public async Task An_application_that_raises_or_returns_without_an_answer_has_no_lifespan_which_is_no_error(bool raises)
    {
        var calls = 0;
        using var fixture = new HostingFixture((_, _, _) =>
        {
            calls++;
            return raises ? Task.FromException(new NotSupportedException("lifespan")) : Task.CompletedTask;
        });
        var lifespan = fixture.Application.Lifespan;

        await lifespan.StartAsync(CancellationToken.None).WithDeadline();
        await lifespan.StopAsync().WithDeadline();

        Assert.Equal(1, calls);
        Assert.Null(lifespan.State);
        Assert.Empty(fixture.Log.Errors);
    }

    [Theory]
    [InlineData(true, "it raised NotSupportedException: lifespan")]
    [InlineData(false, "it returned without an answer")]
    [Covers("LIFE-15", "GAP-06")]
    public async Task With_lifespan_on_the_same_is_fatal(bool raises, string expected)
    {
        using var fixture = new HostingFixture(
            hosted => hosted with { Lifespan = LifespanMode.On },
            (_, _, _) => raises ? Task.FromException(new NotSupportedException("lifespan")) : Task.CompletedTask);

        var error = await Assert.ThrowsAsync<LifespanFailedException>(() => fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline());

        Assert.EndsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Covers("LIFE-15")]
    public async Task With_lifespan_off_the_application_is_not_called()
    {
        using var fixture = new HostingFixture(
            hosted => hosted with { Lifespan = LifespanMode.Off }, (_, _, _) => throw new InvalidOperationException("called"));

        await fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline();
        await fixture.Application.Lifespan.StopAsync().WithDeadline();

        Assert.Empty(fixture.Log.Entries);
    }

    [Fact]
    [Covers("GAP-06", "GAP-20")]
    public async Task An_application_that_never_answers_the_startup_is_named_when_the_limit_is_over()
    {
        using var fixture = new HostingFixture((_, _, _) => Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token));

        var starting = fixture.Application.Lifespan.StartAsync(CancellationToken.None);
        fixture.Clock.Advance(fixture.Context.Limits.LifespanStartupTime);
        var error = await Assert.ThrowsAsync<LifespanFailedException>(() => starting.WithDeadline());

        Assert.Equal("Application app has not answered lifespan.startup within 60 s, its limit.", error.Message);
        Assert.Equal(1, fixture.Metrics.CountOf(Limit.LifespanStartupTime));
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task A_startup_time_out_does_not_wait_for_the_applications_own_cancellation_callbacks()
    {
        using var release = new ManualResetEventSlim();
        var registered = new TaskCompletionSource();
        using var fixture = new HostingFixture((_, _, _) =>
        {
            AsgiCancellation.Token.Register(() => release.Wait(Deadline.Default));
            registered.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
        });

        var starting = fixture.Application.Lifespan.StartAsync(CancellationToken.None);
        await registered.Task.WithDeadline();
        fixture.Clock.Advance(fixture.Context.Limits.LifespanStartupTime);
        await Assert.ThrowsAsync<LifespanFailedException>(() => starting.WithDeadline(Deadline.Default / 2));
        release.Set();
    }

    [Fact]
    [Covers("GAP-06")]
    public async Task An_application_that_returned_after_its_startup_gets_no_shutdown()
    {
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await receive();
            await send(LifespanStartupCompleteEvent.Instance);
        });
        var lifespan = fixture.Application.Lifespan;

        await lifespan.StartAsync(CancellationToken.None).WithDeadline();
        await lifespan.StopAsync().WithDeadline();

        Assert.NotNull(lifespan.State);
        Assert.Empty(fixture.Log.Errors);
    }

    [Fact]
    [Covers("LIFE-19", "LIFE-20")]
    public async Task A_failed_shutdown_is_logged_and_the_stop_goes_on()
    {
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await receive();
            await send(LifespanStartupCompleteEvent.Instance);
            await receive();
            await send(new LifespanShutdownFailedEvent { Message = "disk full" });
        });

        await fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline();
        await fixture.Application.Lifespan.StopAsync().WithDeadline();

        Assert.Equal("Application app failed to shut down: disk full", fixture.Log.Errors.Single());
    }

    [Fact]
    [Covers("LIFE-18", "GAP-20")]
    public async Task A_shutdown_without_an_answer_ends_when_its_limit_is_over()
    {
        var token = new TaskCompletionSource<CancellationToken>();
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await receive();
            await send(LifespanStartupCompleteEvent.Instance);
            token.SetResult(AsgiCancellation.Token);
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
        });

        await fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline();
        var cancelled = new TaskCompletionSource();
        (await token.Task.WithDeadline()).Register(cancelled.SetResult);
        var stopping = fixture.Application.Lifespan.StopAsync();
        Assert.False(stopping.IsCompleted);
        fixture.Clock.Advance(fixture.Context.Limits.LifespanShutdownTime);
        await stopping.WithDeadline();

        await cancelled.Task.WithDeadline();
        Assert.Equal(1, fixture.Metrics.CountOf(Limit.LifespanShutdownTime));
    }

    [Fact]
    public async Task Giving_up_the_wait_for_the_shutdown_does_not_lose_it()
    {
        AsgiEvent? received = null;
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await receive();
            using (var patience = new CancellationTokenSource())
            {
                var waiting = receive(patience.Token).AsTask();
                await patience.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            }

            await send(LifespanStartupCompleteEvent.Instance);
            received = await receive();
            await send(LifespanShutdownCompleteEvent.Instance);
        });

        await fixture.Application.Lifespan.StartAsync(CancellationToken.None).WithDeadline();
        await fixture.Application.Lifespan.StopAsync().WithDeadline();

        Assert.Same(LifespanShutdownEvent.Instance, received);
    }
}
