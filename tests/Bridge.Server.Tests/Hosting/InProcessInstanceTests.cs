using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Local;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Hosting;

public sealed class InProcessInstanceTests
{
    private static readonly HttpResponseStartEvent Start = new() { Status = 200 };
    private static readonly HttpResponseBodyEvent Part = new() { Body = "part"u8.ToArray(), MoreBody = true };
    private static readonly HttpResponseBodyEvent End = new();

    [Fact]
    [Covers("CORE-02", "CORE-03", "CORE-10", "CORE-11")]
    public async Task An_application_gets_its_scope_its_events_and_a_finished_ending()
    {
        using var fixture = new HostingFixture(async (scope, receive, send) =>
        {
            var request = Assert.IsType<HttpRequestEvent>(await receive());
            await send(Start);
            await send(new HttpResponseBodyEvent { Body = request.Body });
        });
        var driver = new FakeDriver();
        driver.Give(new HttpRequestEvent { Body = "hello"u8.ToArray() });

        var ending = await fixture.RunAsync(driver);

        Assert.Equal(new InstanceEnding(EndingKind.Finished, SendProgress.Complete), ending);
        Assert.Equal(2, driver.TakeAll().Count);
        Assert.Equal(0, fixture.Metrics.LiveInstances);
    }

    [Theory]
    [InlineData(false, typeof(ClientDisconnectedException))]
    [InlineData(true, null)]
    [Covers("MOVE-07")]
    public async Task What_send_does_when_the_client_has_gone_is_a_switch_of_the_application(bool ignores, Type? raises)
    {
        Exception? raised = null;
        using var fixture = new HostingFixture(
            hosted => hosted with { SendAfterDisconnect = ignores ? SendAfterDisconnect.Ignore : SendAfterDisconnect.Raise },
            async (_, receive, send) =>
            {
                await receive();
                raised = await Record.ExceptionAsync(() => send(Start).AsTask());
            });
        var driver = new FakeDriver();
        driver.Leave();

        Assert.Equal(EndingKind.Disconnected, (await fixture.RunAsync(driver)).Kind);
        Assert.Equal(raises, raised?.GetType());
    }

    [Fact]
    [Covers("MOVE-07")]
    public void Raising_is_the_default() => Assert.Equal(SendAfterDisconnect.Raise, new ApplicationDefinition("app", (_, _, _) => Task.CompletedTask).SendAfterDisconnect);

    [Fact]
    [Covers("CORE-22")]
    public async Task An_exception_ends_the_instance_as_failed_and_is_logged_once()
    {
        using var fixture = new HostingFixture((_, _, _) => throw new InvalidOperationException("broken"));

        var ending = await fixture.RunAsync(new FakeDriver());

        Assert.Equal(EndingKind.Failed, ending.Kind);
        Assert.Equal("broken", ending.Reason);
        Assert.IsType<InvalidOperationException>(ending.Error);
        Assert.Single(fixture.Log.Errors);
    }

    [Fact]
    [Covers("CORE-19")]
    public async Task A_wrong_event_raises_out_of_send_and_leaves_the_conversation_usable()
    {
        using var fixture = new HostingFixture(async (_, _, send) =>
        {
            await Assert.ThrowsAsync<InvalidAsgiEventException>(async () => await send(Part));
            await send(Start);
            await send(End);
        });

        var ending = await fixture.RunAsync(new FakeDriver());

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Null(ending.Reason);
    }

    [Fact]
    [Covers("GAP-10")]
    public async Task An_application_that_returns_with_an_open_response_finishes_with_a_reason()
    {
        using var fixture = new HostingFixture(async (_, _, send) => await send(Start));

        var ending = await fixture.RunAsync(new FakeDriver());

        Assert.Equal((EndingKind.Finished, SendProgress.Started), (ending.Kind, ending.Progress));
        Assert.NotNull(ending.Reason);
        Assert.Single(fixture.Log.Messages, message => message.Contains(ending.Reason, StringComparison.Ordinal));
    }

    [Fact]
    [Covers("GAP-13")]
    public async Task Sends_made_at_once_reach_the_driver_one_at_a_time_in_call_order()
    {
        var driver = new FakeDriver { Gate = new TaskCompletionSource() };
        using var fixture = new HostingFixture(async (_, _, send) =>
        {
            var sends = new List<Task> { send(Start).AsTask() };
            sends.AddRange(Enumerable.Range(0, 20).Select(i => send(new HttpResponseBodyEvent { Body = new[] { (byte)i }, MoreBody = true }).AsTask()));
            sends.Add(send(End).AsTask());
            driver.Gate.SetResult();
            await Task.WhenAll(sends);
        });

        await fixture.RunAsync(driver);

        var bodies = driver.TakeAll().OfType<HttpResponseBodyEvent>().Where(body => body.Body is not null).Select(body => (int)body.BodyOrDefault.Span[0]);
        Assert.Equal(Enumerable.Range(0, 20), bodies);
        Assert.False(driver.CallsOverlapped);
    }

    [Fact]
    [Covers("GAP-13")]
    public async Task Receives_made_at_once_are_served_one_at_a_time_in_call_order()
    {
        var driver = new FakeDriver();
        var served = new List<AsgiEvent>();
        using var fixture = new HostingFixture(async (_, receive, _) =>
        {
            var pending = Enumerable.Range(0, 3).Select(_ => receive().AsTask()).ToList();
            for (byte i = 0; i < 3; i++)
            {
                driver.Give(new HttpRequestEvent { Body = new[] { i }, MoreBody = true });
            }

            served.AddRange(await Task.WhenAll(pending));
        });

        await fixture.RunAsync(driver);

        Assert.Equal([0, 1, 2], served.Cast<HttpRequestEvent>().Select(part => (int)part.BodyOrDefault.Span[0]));
        Assert.False(driver.CallsOverlapped);
    }

    [Fact]
    [Covers("GAP-14")]
    public async Task Giving_up_a_receive_loses_no_event()
    {
        var driver = new FakeDriver();
        AsgiEvent? received = null;
        using var fixture = new HostingFixture(async (_, receive, _) =>
        {
            using var first = new CancellationTokenSource();
            using var second = new CancellationTokenSource();
            var running = receive(first.Token).AsTask();
            var waiting = receive(second.Token).AsTask();
            await second.CancelAsync();
            var gaveUp = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            Assert.Equal(second.Token, gaveUp.CancellationToken);
            await first.CancelAsync();
            gaveUp = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            Assert.Equal(first.Token, gaveUp.CancellationToken);
            driver.Give(new HttpRequestEvent { Body = "kept"u8.ToArray() });
            received = await receive();
        });

        await fixture.RunAsync(driver);

        Assert.Equal("kept"u8, ((HttpRequestEvent)received!).BodyOrDefault.Span);
    }

    [Fact]
    public async Task More_waiting_calls_than_the_limit_raise()
    {
        var driver = new FakeDriver();
        using var fixture = new HostingFixture((_, receive, _) =>
        {
            var pending = Enumerable.Range(0, 1001).Select(_ => receive().AsTask()).ToList();
            Assert.All(pending, receiving => Assert.False(receiving.IsFaulted));
            Assert.IsType<InvalidOperationException>(receive().AsTask().Exception!.InnerException);
            return Task.CompletedTask;
        });

        var ending = await fixture.RunAsync(driver);

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Equal(1, fixture.Metrics.CountOf(Limit.PendingCalls));
    }

    [Fact]
    [Covers("CORE-23", "HTTP-47")]
    public async Task What_is_sent_after_the_end_of_the_response_is_ignored()
    {
        using var fixture = new HostingFixture(async (_, _, send) =>
        {
            await send(Start);
            await send(End);
            await send(Part);
        });
        var driver = new FakeDriver();

        var ending = await fixture.RunAsync(driver);

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Equal(2, driver.TakeAll().Count);
    }

    [Fact]
    [Covers("HTTP-52", "HTTP-54", "CORE-24")]
    public async Task The_error_of_a_send_after_the_client_has_gone_may_pass_and_is_not_logged()
    {
        var driver = new FakeDriver();
        using var fixture = new HostingFixture(async (_, _, send) =>
        {
            await send(Start);
            driver.Leave();
            await send(Part);
        });

        var ending = await fixture.RunAsync(driver);

        Assert.Equal(EndingKind.Disconnected, ending.Kind);
        Assert.IsType<ClientDisconnectedException>(ending.Error);
        Assert.Empty(fixture.Log.Entries);
    }

    [Fact]
    public async Task What_the_application_sent_and_did_not_await_still_goes_out()
    {
        var driver = new FakeDriver { Gate = new TaskCompletionSource() };
        using var fixture = new HostingFixture((_, _, send) =>
        {
            _ = send(Start).AsTask();
            _ = send(End).AsTask();
            return Task.CompletedTask;
        });

        var running = fixture.RunAsync(driver);
        driver.Gate.SetResult();
        var ending = await running;

        Assert.Equal(SendProgress.Complete, ending.Progress);
        Assert.Equal(2, driver.TakeAll().Count);
        Assert.False(driver.CalledAfterEnd);
    }

    [Fact]
    public async Task The_driver_is_left_alone_after_the_ending()
    {
        AsgiReceive receiveLater = null!;
        AsgiSend sendLater = null!;
        Task pending = null!;
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            (receiveLater, sendLater) = (receive, send);
            await send(Start);
            pending = receive().AsTask();
        });
        var driver = new FakeDriver();

        await fixture.RunAsync(driver);
        await Assert.ThrowsAsync<ClientDisconnectedException>(async () => await sendLater(Part));
        var late = receiveLater().AsTask();

        Assert.False(late.IsCompleted);
        Assert.IsType<HttpDisconnectEvent>(await ((Task<AsgiEvent>)pending).WithDeadline());
        Assert.False(driver.CalledAfterEnd);
    }

    [Fact]
    public async Task An_instance_sees_no_ambient_value_of_another_one()
    {
        var ambient = new AsyncLocal<string?>();
        var seen = new List<string?>();
        using var fixture = new HostingFixture((scope, _, _) =>
        {
            seen.Add(ambient.Value);
            ambient.Value = "left behind";
            return Task.CompletedTask;
        });

        await fixture.RunAsync(new FakeDriver());
        await fixture.RunAsync(new FakeDriver());

        Assert.Equal([null, null], seen);
        Assert.False(AsgiCancellation.Token.CanBeCanceled);
    }

    [Fact]
    public async Task An_instance_sees_no_local_value_of_the_server_or_of_another_one_and_leaves_none()
    {
        var local = new Local<string> { Value = "of the server" };
        ContextBag.Set("key", "of the server");
        var seen = new List<bool>();
        using var fixture = new HostingFixture((_, _, _) =>
        {
            seen.Add(local.TryGet(out _) || ContextBag.TryGet("key", out _));
            local.Value = "left behind";
            ContextBag.Set("key", "left behind");
            return Task.CompletedTask;
        });

        await fixture.RunAsync(new FakeDriver());
        await fixture.RunAsync(new FakeDriver());

        Assert.Equal([false, false], seen);
        Assert.Equal("of the server", local.Value);
        Assert.Equal<AsgiValue>("of the server", ContextBag.Current.Single().Value);
    }

    [Fact]
    public async Task The_instance_that_is_one_too_many_is_refused_without_running()
    {
        var release = new TaskCompletionSource();
        var calls = 0;
        using var fixture = new HostingFixture(
            hosted => hosted with { MaxInstances = 1 },
            async (_, _, _) =>
            {
                calls++;
                await release.Task;
            });

        var first = fixture.RunAsync(new FakeDriver());
        var second = await fixture.RunAsync(new FakeDriver());
        release.SetResult();
        await first;
        var third = await fixture.RunAsync(new FakeDriver());

        Assert.Equal(EndingKind.Refused, second.Kind);
        Assert.NotEqual(EndingKind.Refused, third.Kind);
        Assert.Equal(2, calls);
        Assert.Equal(1, fixture.Metrics.CountOf(Limit.Instances));
    }

    [Fact]
    public async Task An_exception_whose_message_raises_ends_the_instance_by_its_type()
    {
        using var fixture = new HostingFixture((_, _, _) => throw new UnspeakableException());

        var ending = await fixture.RunAsync(new FakeDriver());

        Assert.Equal((EndingKind.Failed, typeof(UnspeakableException).ToString()), (ending.Kind, ending.Reason));
        Assert.Equal(0, fixture.Metrics.LiveInstances);
        Assert.Contains(fixture.Log.Errors, message => message.Contains(nameof(UnspeakableException), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_logger_that_raises_keeps_neither_the_client_nor_the_place()
    {
        using var fixture = new HostingFixture((_, _, _) => throw new InvalidOperationException("broken"));
        fixture.Log.Fails = true;

        var ending = await fixture.RunAsync(new FakeDriver());

        Assert.Equal(EndingKind.Failed, ending.Kind);
        Assert.Equal(0, fixture.Metrics.LiveInstances);
    }

    [Fact]
    public async Task A_driver_that_raises_when_its_calls_are_ended_keeps_neither_the_client_nor_the_place()
    {
        using var fixture = new HostingFixture((_, receive, _) =>
        {
            _ = receive().AsTask();
            return Task.CompletedTask;
        });

        var ending = await fixture.RunAsync(new FakeDriver { RaisesWhenGivenUp = true });

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Equal(0, fixture.Metrics.LiveInstances);
        Assert.Single(fixture.Log.Errors);
    }

    [Fact]
    public async Task A_custom_event_whose_name_only_ends_like_a_disconnect_is_an_event_like_any_other()
    {
        var received = new List<AsgiEvent>();
        using var fixture = new HostingFixture(async (_, receive, _) =>
        {
            for (var i = 0; i < 3; i++)
            {
                received.Add(await receive());
            }
        });
        var driver = new FakeDriver();
        driver.Give(new CustomEvent("player.disconnect"));
        driver.Give(new CustomEvent("game.move"));
        driver.Give(new CustomEvent("game.disconnect"));

        await fixture.RunAsync(driver, new CustomScope("game"));

        Assert.Equal(["player.disconnect", "game.move", "game.disconnect"], received.Select(message => message.Type));
    }

    [Fact]
    public async Task A_last_event_that_did_not_reach_the_client_does_not_make_the_instance_finished()
    {
        var driver = new FakeDriver { Gate = new TaskCompletionSource() };
        using var fixture = new HostingFixture(async (_, _, send) =>
        {
            driver.Gate.SetResult();
            await send(Start);
            driver.Gate = new TaskCompletionSource();
            var last = send(End).AsTask();
            driver.Leave();
            await last;
        });

        var ending = await fixture.RunAsync(driver);

        Assert.Equal((EndingKind.Disconnected, SendProgress.Started), (ending.Kind, ending.Progress));
    }

    [Fact]
    public async Task A_driver_that_left_for_a_limit_of_its_own_ends_the_instance_as_timed_out()
    {
        using var fixture = new HostingFixture(async (_, receive, _) => await receive());
        var driver = new FakeDriver { TimedOut = "too late" };

        var running = fixture.RunAsync(driver);
        driver.Leave();
        var ending = await running;

        Assert.Equal((EndingKind.TimedOut, "too late"), (ending.Kind, ending.Reason));
    }

    [Theory]
    [InlineData(null, EndingKind.Disconnected)]
    [InlineData("too late", EndingKind.TimedOut)]
    public async Task What_follows_the_disconnect_event_follows_the_disconnect_even_if_the_driver_has_not_said_so_yet(string? limit, object kind)
    {
        Exception? raised = null;
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            Assert.IsType<HttpDisconnectEvent>(await receive());
            raised = await Record.ExceptionAsync(() => send(Start).AsTask());
        });
        var driver = new FakeDriver { TimedOut = limit };
        driver.Give(HttpDisconnectEvent.Instance);

        var ending = await fixture.RunAsync(driver);

        Assert.False(driver.Disconnected.IsCancellationRequested);
        Assert.Equal(((EndingKind)kind, SendProgress.NotStarted, limit), (ending.Kind, ending.Progress, ending.Reason));
        Assert.IsType<ClientDisconnectedException>(raised);
        Assert.Empty(driver.TakeAll());
    }

    [Fact]
    public async Task Calls_with_the_instances_own_token_reach_the_driver_with_the_same_one_as_calls_without()
    {
        using var fixture = new HostingFixture(async (_, receive, send) =>
        {
            await send(Start);
            await send(End, AsgiCancellation.Token);
            await receive(AsgiCancellation.Token);
        });
        var driver = new FakeDriver();
        driver.Give(new HttpRequestEvent());

        await fixture.RunAsync(driver);

        Assert.Equal(3, driver.Tokens.Count);
        Assert.Single(driver.Tokens.Distinct());
    }

    private sealed class UnspeakableException : Exception
    {
        public override string Message => throw new NotSupportedException();
    }
}
