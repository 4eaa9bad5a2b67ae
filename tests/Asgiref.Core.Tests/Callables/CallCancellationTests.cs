using Asgiref.Core.Callables;
using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Callables.Network;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Callables;

public sealed class CallCancellationTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;
    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CallCancellationTests()
    {
        _here = _network.Add();
        _there = _network.Add();
    }

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        _source.Dispose();
    }

    [Fact]
    public async Task Cancelling_fires_the_token_of_the_function()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _there.Registry.AddAsync("wait", async token =>
        {
            Assert.Equal(token, AsgiCancellation.Token);
            token.Register(cancelled.SetResult);
            _entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("wait").InvokeAsync(_source.Token).AsTask();
        await _entered.Task.WithDeadline();
        await _source.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.Equal(_source.Token, error.CancellationToken);
        Assert.True(call.IsCanceled);
        await cancelled.Task.WithDeadline();
    }

    [Fact]
    public async Task A_function_that_ignores_its_token_holds_nobody_and_keeps_its_place_until_it_returns()
    {
        using var hold = new Hold();
        _there.Registry.Add("hold", hold.Wait, CallableSettings.Pooled with { MaxConcurrentCalls = 1 });
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync(_source.Token).AsTask();
        await hold.Entered.WithDeadline();
        await _source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.Equal(1, _there.Registry.Host.LiveCalls);
        Assert.Equal(0, _here.Registry.Calls.Count);
        var full = await Assert.ThrowsAsync<CallRefusedException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync());
        Assert.Equal(CallRefusal.Overloaded, full.Code);
        hold.Release();
        await _there.Incoming.First().Ended.WithDeadline();
        Assert.Equal(0, _there.Registry.Host.LiveCalls);
    }

    [Fact]
    public async Task A_call_that_waits_for_its_thread_never_runs_once_it_is_cancelled()
    {
        using var hold = new Hold();
        var ran = false;
        _there.Registry.Add("hold", hold.Wait).Add("next", () => { ran = true; });
        await using var context = ThreadSensitiveContext.Enter();
        var first = _here.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync().AsTask();
        await hold.Entered.WithDeadline();
        var second = _here.Registry.SyncToAsync<NoValue, NoValue>("next").InvokeAsync(_source.Token).AsTask();
        await WaitUntil.HoldsAsync(() => _there.Incoming.Count == 2 && _there.Incoming.Last().WasAccepted);
        await _source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WithDeadline());
        await _there.Incoming.Last().Ended.WithDeadline();
        hold.Release();
        await first.WithDeadline();
        Assert.False(ran);
    }

    [Fact]
    public async Task A_call_with_a_token_that_has_fired_goes_nowhere()
    {
        _there.Registry.Add("any", static () => { });
        await _source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("any").InvokeAsync(_source.Token));
        Assert.Empty(_there.Incoming);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancellation_goes_down_the_tree_also_through_a_function_that_is_blocked_in_a_call_itself(bool blocks)
    {
        var third = _network.Add();
        third.Registry.AddAsync("last", async token =>
        {
            _entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        var middle = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        _there.Registry.Add("middle", () =>
        {
            try
            {
                _there.Registry.AsyncToSync<NoValue, NoValue>("last").Invoke();
            }
            catch (Exception error)
            {
                middle.SetResult(error);
                throw;
            }
        });
        var call = blocks
            ? OnThread.Run(() => _here.Registry.AsyncToSync<NoValue, NoValue>("middle").Invoke(_source.Token))
            : _here.Registry.SyncToAsync<NoValue, NoValue>("middle").InvokeAsync(_source.Token).AsTask();
        await _entered.Task.WithDeadline();
        await _source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.IsAssignableFrom<OperationCanceledException>(await middle.Task.WithDeadline());
        await third.Incoming.Single().Ended.WithDeadline();
    }

    [Fact]
    public async Task The_ambient_token_cancels_as_well()
    {
        _there.Registry.AddAsync("wait", async token =>
        {
            _entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        var call = CallAsync();
        await _entered.Task.WithDeadline();
        await _source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());

        async Task CallAsync()
        {
            AsgiCancellation.Enter(_source.Token);
            await _here.Registry.SyncToAsync<NoValue, NoValue>("wait").InvokeAsync();
        }
    }

    [Fact]
    public async Task Only_a_callback_on_the_blocked_thread_itself_is_waited_for()
    {
        using var hold = new Hold();
        _here.Registry.Add("back", hold.Wait);
        _there.Registry.AddAsync("out", async () => await _there.Registry.SyncToAsync<NoValue, NoValue>("back").InvokeAsync());
        var call = OnThread.Run(() => _here.Registry.AsyncToSync<NoValue, NoValue>("out").Invoke(_source.Token));
        await hold.Entered.WithDeadline();
        await _source.CancelAsync();
        await WaitUntil.HoldsAsync(() => _here.Registry.Calls.Count == 0);
        Assert.False(call.IsCompleted);
        hold.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
    }

    [Fact]
    public async Task A_function_that_cancels_itself_cancels_its_caller()
    {
        _there.Registry.Add("self", static void () => throw new OperationCanceledException("of itself"));
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("self").InvokeAsync().AsTask();
        var error = await Assert.ThrowsAsync<TaskCanceledException>(() => call.WithDeadline());
        Assert.True(call.IsCanceled);
        Assert.NotNull(error);
    }

    [Fact]
    public async Task A_lost_connection_fails_everything_pending_at_once_on_both_sides()
    {
        using var hold = new Hold();
        _there.Registry.AddAsync("wait", async token =>
        {
            _entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        }).Add("hold", hold.Wait, CallableSettings.Pooled);
        var awaited = _here.Registry.SyncToAsync<NoValue, NoValue>("wait").InvokeAsync().AsTask();
        var blocked = OnThread.Run(() => _here.Registry.AsyncToSync<NoValue, NoValue>("hold").Invoke());
        await _entered.Task.WithDeadline();
        await hold.Entered.WithDeadline();
        _there.Cut();
        Assert.Equal("The connection is lost.", (await Assert.ThrowsAsync<CallLostException>(() => awaited.WithDeadline())).Message);
        await Assert.ThrowsAsync<CallLostException>(() => blocked.WithDeadline());
        Assert.Equal(0, _here.Registry.Calls.Count);
        await _there.Incoming.First(call => call.Request.Callable == "wait").Ended.WithDeadline();
        hold.Release();
    }

    [Fact]
    public async Task A_call_that_is_lost_below_is_told_as_lost()
    {
        var third = _network.Add();
        using var hold = new Hold();
        third.Registry.Add("hold", hold.Wait, CallableSettings.Pooled);
        _there.Registry.AddAsync("middle", async () => await _there.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync());
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("middle").InvokeAsync().AsTask();
        await hold.Entered.WithDeadline();
        third.Cut();
        await Assert.ThrowsAsync<CallLostException>(() => call.WithDeadline());
        hold.Release();
    }
}
