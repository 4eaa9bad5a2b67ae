using Asgiref.Core.Compatibility;
using Asgiref.Core.Events;
using Asgiref.Core.Local;
using Asgiref.Core.Scopes;
using Asgiref.Core.Testing;

namespace Asgiref.Core.Tests.Testing;

public sealed class ApplicationCommunicatorTests
{
    private static readonly CustomScope Scope = new("chat");
    private static readonly CustomEvent Ping = new("ping");
    private static readonly InvalidDataException Failure = new("broken");

    private readonly FakeClock _clock = new();

    [Fact]
    [Covers("TEST-01", "TEST-20")]
    public async Task Nothing_starts_before_the_first_use()
    {
        var isStarted = false;
        AsgiApplication application = (_, _, _) =>
        {
            isStarted = true;
            return Task.CompletedTask;
        };
        await using var communicator = new ApplicationCommunicator(application, Scope);
        Assert.False(isStarted);
        Assert.Null(communicator.Completion);
        Assert.Same(application, communicator.Application);
        Assert.Same(Scope, communicator.Scope);
        await communicator.WaitAsync(Deadline.Default);
        Assert.True(isStarted);
        Assert.True(communicator.Completion!.IsCompletedSuccessfully);
    }

    [Fact]
    [Covers("TEST-02", "TEST-04", "TEST-06", "CORE-29")]
    public async Task A_legacy_application_receives_what_is_put_in_and_its_answers_come_out()
    {
        LegacyAsgiApplication legacy = scope => async (receive, send) =>
        {
            var first = await receive();
            await send(new CustomEvent($"{scope.Type}.{first.Type}"));
            var second = await receive();
            await send(second);
        };
        await using var communicator = new ApplicationCommunicator(legacy, Scope);
        await communicator.SendInputAsync(Ping);
        await communicator.SendInputAsync(new CustomEvent("pong"));
        Assert.Equal("chat.ping", (await communicator.ReceiveOutputAsync(Deadline.Default)).Type);
        Assert.Equal("pong", (await communicator.ReceiveOutputAsync(Deadline.Default)).Type);
        await communicator.WaitAsync(Deadline.Default);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("TEST-03")]
    public async Task No_context_of_the_test_leaks_in(bool isFlowSuppressed)
    {
        var (ambient, local) = (new AsyncLocal<int> { Value = 1 }, new Local<int> { Value = 1 });
        await using var communicator = Make(async (_, _, send) =>
        {
            Assert.Equal(0, ambient.Value);
            Assert.False(local.TryGet(out _));
            await SetAsync();
            await send(new CustomEvent(local.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        });
        Task<AsgiEvent> output;
        if (isFlowSuppressed)
        {
            using (ExecutionContext.SuppressFlow())
            {
                output = communicator.ReceiveOutputAsync();
            }
        }
        else
        {
            output = communicator.ReceiveOutputAsync();
        }

        Assert.Equal("2", (await output.WithDeadline()).Type);
        Assert.Equal(1, local.Value);

        async Task SetAsync()
        {
            await Task.Yield();
            local.Value = 2;
        }
    }

    [Fact]
    [Covers("TEST-05", "TEST-08", "TEST-14", "TEST-15")]
    public async Task Every_call_raises_the_exception_of_a_failed_application()
    {
        await using var communicator = await MakeFailedAsync(new ApplicationCommunicatorOptions());
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => communicator.SendInputAsync(Ping)));
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => communicator.ReceiveOutputAsync()));
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => communicator.ReceiveNothingAsync()));
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => communicator.WaitAsync()));
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => communicator.StopAsync()));
        await communicator.StopAsync(exceptions: false);
    }

    [Fact]
    [Covers("TEST-08")]
    public async Task On_demand_what_it_sent_before_comes_first()
    {
        await using var communicator = await MakeFailedAsync(new ApplicationCommunicatorOptions { DrainsBeforeFailure = true });
        Assert.Equal("last words", (await communicator.ReceiveOutputAsync()).Type);
        await Assert.ThrowsAsync<InvalidDataException>(() => communicator.ReceiveOutputAsync());
    }

    [Fact]
    [Covers("TEST-07")]
    public async Task What_it_sent_before_a_normal_end_can_still_be_received()
    {
        await using var communicator = Make(async (_, _, send) => await send(Ping));
        await communicator.WaitAsync().WithDeadline();
        Assert.Same(Ping, await communicator.ReceiveOutputAsync());
        await Assert.ThrowsAsync<TimeoutException>(() => communicator.ReceiveOutputAsync().WithDeadline());
    }

    [Fact]
    [Covers("TEST-06", "TEST-09", "TEST-11")]
    public async Task After_one_second_without_an_event_it_is_cancelled_and_the_communicator_dead()
    {
        await using var communicator = Make(async (_, receive, _) => await receive());
        var output = communicator.ReceiveOutputAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(output.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => output.WithDeadline());
        Assert.True(communicator.Completion!.IsCanceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => communicator.SendInputAsync(Ping));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => communicator.ReceiveOutputAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => communicator.ReceiveNothingAsync());
    }

    [Fact]
    [Covers("TEST-09")]
    public async Task An_application_that_fails_meanwhile_raises_at_once()
    {
        var end = new TaskCompletionSource();
        await using var communicator = Make((_, _, _) => end.Task);
        var output = communicator.ReceiveOutputAsync();
        end.SetException(Failure);
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => output.WithDeadline()));
    }

    [Fact]
    [Covers("TEST-10", "CANC-16")]
    public async Task An_error_of_its_clean_up_takes_the_place_of_the_timeout()
    {
        await using var communicator = Make(async (_, _, _) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
            }
            catch (OperationCanceledException)
            {
                throw Failure;
            }
        });
        var output = communicator.ReceiveOutputAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => output.WithDeadline()));
    }

    [Fact]
    public async Task An_application_that_ignores_its_cancellation_is_reported_and_left_behind()
    {
        var end = new TaskCompletionSource();
        await using var communicator = Make((_, _, _) => end.Task);
        try
        {
            var output = communicator.ReceiveOutputAsync(TimeSpan.Zero);
            await AdvanceWhenArmedAsync(TimeSpan.FromSeconds(5));
            var error = await Assert.ThrowsAsync<TimeoutException>(() => output.WithDeadline());
            Assert.Contains("still runs", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            // The disposal waits for the application, on a clock that nobody moves any more.
            end.SetResult();
        }
    }

    [Fact]
    [Covers("TEST-12")]
    public async Task Nothing_is_true_after_a_tenth_of_a_second_and_false_as_soon_as_an_event_comes()
    {
        await using var communicator = Make(async (_, receive, send) => await send(await receive()));
        var quiet = communicator.ReceiveNothingAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(quiet.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await quiet.WithDeadline());

        var second = communicator.ReceiveNothingAsync();
        await communicator.SendInputAsync(Ping);
        Assert.False(await second.WithDeadline());
        Assert.False(await communicator.ReceiveNothingAsync().WithDeadline());
        Assert.Same(Ping, await communicator.ReceiveOutputAsync());
        Assert.True(await communicator.ReceiveNothingAsync().WithDeadline());
    }

    [Fact]
    [Covers("TEST-13")]
    public async Task At_least_one_interval_is_waited()
    {
        await using var communicator = Make(async (_, receive, _) => await receive());
        var quiet = communicator.ReceiveNothingAsync(TimeSpan.Zero, TimeSpan.FromSeconds(3));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(quiet.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await quiet.WithDeadline());
    }

    [Fact]
    [Covers("TEST-14")]
    public async Task Nothing_raises_the_exception_of_an_application_that_fails_meanwhile()
    {
        var end = new TaskCompletionSource();
        await using var communicator = Make((_, _, _) => end.Task);
        var quiet = communicator.ReceiveNothingAsync();
        end.SetException(Failure);
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidDataException>(() => quiet.WithDeadline()));
    }

    [Fact]
    [Covers("TEST-16")]
    public async Task A_wait_does_not_raise_a_cancellation()
    {
        await using var communicator = Make((_, _, _) => Task.FromCanceled(new CancellationToken(canceled: true)));
        await communicator.WaitAsync().WithDeadline();
        Assert.True(communicator.Completion!.IsCanceled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("TEST-15", "TEST-17")]
    public async Task A_wait_that_runs_out_of_time_cancels_and_raises_unless_it_is_to_be_quiet(bool isQuiet)
    {
        await using var communicator = Make(
            async (_, receive, _) => await receive(), new ApplicationCommunicatorOptions { EndsWaitQuietly = isQuiet });
        var end = communicator.WaitAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(end.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(isQuiet ? null : typeof(TimeoutException), (await Record.ExceptionAsync(() => end.WithDeadline()))?.GetType());
        Assert.True(communicator.Completion!.IsCanceled);
    }

    [Fact]
    [Covers("TEST-18")]
    public async Task A_stop_leaves_what_was_not_started_and_cancels_what_runs()
    {
        await using var idle = Make((_, _, _) => throw Failure);
        await idle.StopAsync();
        Assert.Null(idle.Completion);

        await using var waiting = Make(async (_, _, _) => await Task.Delay(Timeout.Infinite, AsgiCancellation.Token));
        await waiting.SendInputAsync(Ping);
        await waiting.StopAsync().WithDeadline();
        Assert.True(waiting.Completion!.IsCanceled);
        await waiting.StopAsync().WithDeadline();
    }

    [Fact]
    [Covers("TEST-19")]
    public async Task Disposing_stops_the_application_and_raises_nothing()
    {
        var communicator = Make(async (_, _, _) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
            }
            catch (OperationCanceledException)
            {
                throw Failure;
            }
        });
        await communicator.SendInputAsync(Ping);
        await communicator.DisposeAsync().WithDeadline();
        Assert.True(communicator.Completion!.IsFaulted);
    }

    [Fact]
    [Covers("TEST-20")]
    public async Task The_queues_show_what_waits_in_them()
    {
        var taken = new TaskCompletionSource();
        await using var communicator = Make(async (_, receive, send) =>
        {
            await send(Ping);
            taken.SetResult();
            await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
            await receive();
        });
        await communicator.SendInputAsync(Ping);
        await taken.Task.WithDeadline();
        Assert.Equal((1, 1), (communicator.InputQueue.Reader.Count, communicator.OutputQueue.Reader.Count));
    }

    [Fact]
    public async Task A_full_queue_refuses_input_and_makes_send_wait()
    {
        var second = new TaskCompletionSource<Task>();
        await using var communicator = Make(
            async (_, _, send) =>
            {
                await send(Ping);
                second.SetResult(send(Ping).AsTask());
                await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
            },
            new ApplicationCommunicatorOptions { QueueCapacity = 1 });
        await communicator.SendInputAsync(Ping);
        await Assert.ThrowsAsync<InvalidOperationException>(() => communicator.SendInputAsync(Ping));
        var pending = await second.Task.WithDeadline();
        Assert.False(pending.IsCompleted);
        await communicator.ReceiveOutputAsync();
        await pending.WithDeadline();
    }

    [Fact]
    [Covers("GAP-27")]
    public async Task The_sender_may_reuse_its_bytes()
    {
        await using var communicator = Make(async (_, _, send) =>
        {
            byte[] bytes = [1];
            await send(new HttpResponseBodyEvent { Body = bytes });
            await send(new WebSocketHttpResponseBodyEvent { Body = bytes });
            await send(new WebSocketSendEvent { Bytes = bytes });
            bytes[0] = 2;
        });
        await communicator.WaitAsync().WithDeadline();
        Assert.Equal([1], Assert.IsType<HttpResponseBodyEvent>(await communicator.ReceiveOutputAsync()).BodyOrDefault.ToArray());
        Assert.Equal([1], Assert.IsType<WebSocketHttpResponseBodyEvent>(await communicator.ReceiveOutputAsync()).BodyOrDefault.ToArray());
        Assert.Equal([1], Assert.IsType<WebSocketSendEvent>(await communicator.ReceiveOutputAsync()).Bytes!.Value.ToArray());
    }

    [Fact]
    [Covers("GAP-14")]
    public async Task A_receive_that_is_given_up_loses_no_event()
    {
        await using var communicator = Make(async (_, receive, send) =>
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive(new CancellationToken(canceled: true)).AsTask());
            await send(await receive());
        });
        await communicator.SendInputAsync(Ping);
        Assert.Same(Ping, await communicator.ReceiveOutputAsync().WithDeadline());
    }

    private ApplicationCommunicator Make(AsgiApplication application, ApplicationCommunicatorOptions? options = null) =>
        new(application, Scope, (options ?? new ApplicationCommunicatorOptions()) with { Clock = _clock });

    private async Task<ApplicationCommunicator> MakeFailedAsync(ApplicationCommunicatorOptions options)
    {
        var communicator = Make(
            async (_, _, send) =>
            {
                await send(new CustomEvent("last words"));
                throw Failure;
            },
            options);
        await Assert.ThrowsAsync<InvalidDataException>(() => communicator.WaitAsync().WithDeadline());
        return communicator;
    }

    private async Task AdvanceWhenArmedAsync(TimeSpan by)
    {
        await _clock.UntilArmedAsync(by);
        _clock.Advance(by);
    }
}
