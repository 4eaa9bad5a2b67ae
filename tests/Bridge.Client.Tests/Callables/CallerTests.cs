using Asgiref.Core.Callables;
using Asgiref.Core.Sync;
using Bridge.Client.Callables;
using Bridge.Client.Tests.Workers;
using Bridge.Client.Workers;
using Grpc.Core;
using static Bridge.Client.Tests.Callables.BridgeSide;

namespace Bridge.Client.Tests.Callables;

/// <summary>A program that only calls, through bridges that come and go.</summary>
public sealed class CallerTests : IAsyncDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FakeBridge _bridge;
    private readonly BridgeCallerOptions _options;
    private BridgeCaller? _caller;

    public CallerTests()
    {
        _bridge = new FakeBridge(_clock);
        _options = new BridgeCallerOptions { Dialer = _bridge, TimeProvider = _clock };
    }

    public async ValueTask DisposeAsync()
    {
        if (_caller is { } caller)
        {
            var disposing = caller.DisposeAsync().AsTask();
            await WaitUntil.HoldsAsync(() =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return disposing.IsCompleted;
            });
            await disposing;
        }
    }

    [Fact]
    public async Task A_caller_names_no_worker_and_calls_what_it_does_not_have()
    {
        _caller = await BridgeCaller.ConnectAsync(_options).WithDeadline();
        _caller.Callables.Add<int, int>("here", number => -number);
        var session = await _bridge.NextSession();
        Assert.Null((await session.Hello).Worker);
        Assert.True(_caller.IsConnected);
        Assert.Equal(-1, await _caller.Callables.CallAsync<int, int>("here", 1).AsTask().WithDeadline());

        var calling = _caller.Callables.CallAsync<int, string>("there", 1).AsTask();
        var call = await session.NextCall();
        Assert.Equal(("there", "1"), (call.Request.Callable, Text(call.Request.Argument)));
        Assert.Equal(TimeSpan.FromSeconds(60), call.Request.Timeout);
        await call.EndAsync(Returned("one"));
        Assert.Equal("one", await calling.WithDeadline());
    }

    [Fact]
    public async Task Another_registry_may_name_what_is_called_through_it()
    {
        _caller = await BridgeCaller.ConnectAsync(_options).WithDeadline();
        var registry = new CallableRegistry().AddRemote("there", _caller.Route);
        var session = await _bridge.NextSession();
        var calling = registry.CallAsync<int, int>("there", 1).AsTask();
        await (await session.NextCall()).EndAsync(Returned(2));
        Assert.Equal(2, await calling.WithDeadline());
        Assert.Equal(CallRefusal.NotFound, (await Assert.ThrowsAsync<CallRefusedException>(() => registry.CallAsync<int, int>("nowhere", 1).AsTask())).Code);
    }

    [Fact]
    public async Task A_call_waits_for_a_session_and_passes_on_what_is_left_of_its_time()
    {
        _bridge.Refusal = new Status(StatusCode.Unavailable, "Not yet.");
        Start();
        var calling = _caller!.Callables.SyncToAsync<int, int>("there", TimeSpan.FromSeconds(8)).InvokeAsync(1).AsTask();
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(8));
        var elapsed = TimeSpan.Zero;

        // The caller dials at moments of its own choice: its clock goes on bit by bit, and never to the end of the call.
        await WaitUntil.HoldsAsync(() => PassUntil(_bridge.Dials > 1), "a second dial");
        _bridge.Refusal = null;
        var next = _bridge.NextSession();
        await WaitUntil.HoldsAsync(() => PassUntil(next.IsCompleted), "a session");
        var session = await next;
        var call = await session.NextCall();
        Assert.InRange(call.Request.Timeout!.Value, TimeSpan.FromSeconds(8) - elapsed, TimeSpan.FromSeconds(8) - TimeSpan.FromMilliseconds(10));
        await call.EndAsync(Returned(2));
        Assert.Equal(2, await calling.WithDeadline());

        bool PassUntil(bool there)
        {
            if (elapsed < TimeSpan.FromSeconds(7))
            {
                _clock.Advance(TimeSpan.FromMilliseconds(10));
                elapsed += TimeSpan.FromMilliseconds(10);
            }

            return there;
        }
    }

    [Fact]
    public async Task A_call_without_a_session_is_refused_when_the_wait_is_over()
    {
        _bridge.Refusal = new Status(StatusCode.Unavailable, "Not yet.");
        _options.SessionWaitTime = TimeSpan.FromSeconds(3);
        Start();
        var calling = _caller!.Callables.CallAsync<int, int>("there", 1).AsTask();
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(3));
        _clock.Advance(TimeSpan.FromSeconds(3));
        var refused = await Assert.ThrowsAsync<CallRefusedException>(() => calling.WithDeadline());
        Assert.Equal(CallRefusal.Draining, refused.Code);
        Assert.Equal(
            "'there' was not called: no session with the bridge at http://localhost:50051 came up within 3 s (SessionWaitTime).",
            refused.Message);
    }

    [Fact]
    public async Task More_calls_than_may_wait_are_refused_at_once()
    {
        _bridge.Refusal = new Status(StatusCode.Unavailable, "Not yet.");
        _options.WaitingCalls = 1;
        Start();
        var waiting = _caller!.Callables.CallAsync<int, int>("there", 1).AsTask();
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(10));
        var refused = await Assert.ThrowsAsync<CallRefusedException>(() => _caller.Callables.CallAsync<int, int>("there", 1).AsTask().WithDeadline());
        Assert.Equal(CallRefusal.Overloaded, refused.Code);
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_call_that_waits_for_a_session_can_be_cancelled()
    {
        _bridge.Refusal = new Status(StatusCode.Unavailable, "Not yet.");
        Start();
        using var leave = new CancellationTokenSource();
        var calling = _caller!.Callables.CallAsync<int, int>("there", 1, leave.Token).AsTask();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling.WithDeadline());
    }

    [Fact]
    public async Task A_lost_session_loses_its_calls_and_the_next_one_carries_on()
    {
        _caller = await BridgeCaller.ConnectAsync(_options).WithDeadline();
        var session = await _bridge.NextSession();
        var running = _caller.Callables.CallAsync<int, int>("there", 1).AsTask();
        await session.NextCall();
        session.Link.Cut();
        await Assert.ThrowsAsync<CallLostException>(() => running.WithDeadline());

        var next = _caller.Callables.CallAsync<int, int>("there", 1).AsTask();
        await (await (await NextSession()).NextCall()).EndAsync(Returned(3));
        Assert.Equal(3, await next.WithDeadline());
    }

    [Fact]
    public async Task A_bridge_that_drains_finishes_what_runs_while_new_calls_go_to_the_next()
    {
        _caller = await BridgeCaller.ConnectAsync(_options).WithDeadline();
        var session = await _bridge.NextSession();
        var running = _caller.Callables.CallAsync<int, int>("there", 1).AsTask();
        var call = await session.NextCall();
        session.Engine.Drain("The bridge stops.");
        await WaitUntil.HoldsAsync(() => !_caller.IsConnected);

        var next = _caller.Callables.CallAsync<int, int>("there", 2).AsTask();
        await (await (await NextSession()).NextCall()).EndAsync(Returned(20));
        Assert.Equal(20, await next.WithDeadline());
        await call.EndAsync(Returned(10));
        Assert.Equal(10, await running.WithDeadline());
    }

    [Fact]
    public async Task The_end_of_a_thread_sensitive_context_is_told()
    {
        _caller = await BridgeCaller.ConnectAsync(_options).WithDeadline();
        var session = await _bridge.NextSession();
        Guid? context;
        await using (ThreadSensitiveContext.Enter())
        {
            var calling = _caller.Callables.CallAsync<int, int>("there", 1).AsTask();
            var call = await session.NextCall();
            context = call.Request.ThreadContext;
            Assert.NotNull(context);
            await call.EndAsync(Returned(1));
            await calling.WithDeadline();
        }

        Assert.Equal(context, await session.Handler.NextThreadContextEnded());
    }

    [Fact]
    public async Task A_bridge_that_does_not_let_it_in_ends_the_caller_and_its_calls()
    {
        _bridge.Refusal = new Status(StatusCode.Unauthenticated, "The token is wrong.");
        Start();
        var error = await Assert.ThrowsAsync<WorkerException>(() => _caller!.WaitUntilConnectedAsync().WithDeadline());
        Assert.Equal(WorkerError.Unauthenticated, error.Error);
        var refused = await Assert.ThrowsAsync<CallRefusedException>(() => _caller!.Callables.CallAsync<int, int>("there", 1).AsTask().WithDeadline());
        Assert.Equal(CallRefusal.Draining, refused.Code);
        Assert.StartsWith("'there' cannot be called any more: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SessionWaitTime")]
    [InlineData("WaitingCalls")]
    public void Limits_out_of_range_name_the_option(string option)
    {
        _options.SessionWaitTime = option == "SessionWaitTime" ? TimeSpan.Zero : _options.SessionWaitTime;
        _options.WaitingCalls = option == "WaitingCalls" ? 0 : _options.WaitingCalls;
        Assert.Contains(option, Assert.Throws<ArgumentException>(() => new BridgeCaller(_options)).Message, StringComparison.Ordinal);
    }

    private void Start()
    {
        _caller = new BridgeCaller(_options);
        _caller.Start();
    }

    private async Task<FakeSession> NextSession()
    {
        var next = _bridge.NextSession();
        await WaitUntil.HoldsAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            return next.IsCompleted;
        });
        return await next;
    }
}
