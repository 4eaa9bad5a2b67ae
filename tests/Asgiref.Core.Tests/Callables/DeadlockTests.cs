using Asgiref.Core.Callables;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Tests.Callables.Network;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Callables;

/// <summary>
/// The shapes in which asgiref has hung, with a process in between: a deadlock is told exactly where there is one. Numbers are
/// those of its issues.
/// </summary>
public sealed class DeadlockTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;
    private readonly AwaitableCallable<NoValue, int> _back;

    public DeadlockTests()
    {
        _here = _network.Add();
        _there = _network.Add();
        _here.Registry.Add("back", static () => Environment.CurrentManagedThreadId);
        _back = _there.Registry.SyncToAsync<NoValue, int>("back");
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_callback_out_of_a_created_task_and_a_timeout_comes_back_to_the_blocked_thread_249_348()
    {
        _there.Registry.AddAsync("out", () => Task.Run(async () => await _back.InvokeAsync()).WaitAsync(Deadline.Default));
        await OnThread.Run(() => Assert.Equal(Environment.CurrentManagedThreadId, _here.Registry.AsyncToSync<NoValue, int>("out").Invoke()));
    }

    [Fact]
    public async Task Many_callbacks_at_once_take_turns_on_the_blocked_thread_458_482()
    {
        _there.Registry.AddAsync("out", async () => (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await _back.InvokeAsync())))).Distinct().ToArray());
        await OnThread.Run(() => Assert.Equal([Environment.CurrentManagedThreadId], _here.Registry.AsyncToSync<NoValue, int[]>("out").Invoke()));
    }

    [Fact]
    public async Task A_task_that_an_ended_call_has_left_behind_finds_the_frame_that_still_waits_491()
    {
        Task<int>? left = null;
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _there.Registry
            .AddAsync("outer", async () =>
            {
                await _there.Registry.SyncToAsync<NoValue, NoValue>("middle").InvokeAsync();
                go.SetResult();
                return await left!;
            })
            .AddAsync("leave", () =>
            {
                left = Task.Run(async () =>
                {
                    await go.Task;
                    return await _back.InvokeAsync();
                });
                return Task.CompletedTask;
            });
        _here.Registry.Add("middle", () => { _here.Registry.AsyncToSync<NoValue, NoValue>("leave").Invoke(); });
        await OnThread.Run(() => Assert.Equal(Environment.CurrentManagedThreadId, _here.Registry.AsyncToSync<NoValue, int>("outer").Invoke()));
    }

    [Fact]
    public async Task A_callback_that_waits_for_another_branch_does_not_stop_it_492()
    {
        using var hold = new Hold();
        _here.Registry.Add("hold", hold.Wait, CallableSettings.Pooled);
        _there.Registry
            .AddAsync("first", async () => await _there.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync())
            .AddAsync("second", async () => await _back.InvokeAsync());
        var first = OnThread.Run(() => _here.Registry.AsyncToSync<NoValue, NoValue>("first").Invoke());
        await hold.Entered.WithDeadline();
        await OnThread.Run(() => Assert.Equal(Environment.CurrentManagedThreadId, _here.Registry.AsyncToSync<NoValue, int>("second").Invoke()));
        hold.Release();
        await first.WithDeadline();
    }

    [Fact]
    public async Task The_end_of_a_context_whose_thread_waits_for_a_call_that_comes_back_to_the_loop_does_not_block_the_loop_535()
    {
        await using var loop = EventLoop.Start();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _here.Registry.AddAsync("onLoop", async () =>
        {
            Assert.Same(loop, EventLoop.Current);
            entered.SetResult();
            await ending.Task;
        });
        _there.Registry.AddAsync("out", async () => await _there.Registry.SyncToAsync<NoValue, NoValue>("onLoop").InvokeAsync());
        await loop.RunAsync(async () =>
        {
            var context = ThreadSensitiveContext.Enter();
            var call = SyncToAsync.Run(() => _here.Registry.AsyncToSync<NoValue, NoValue>("out").Invoke()).AsTask();
            await entered.Task;
            var end = context.DisposeAsync();
            Assert.False(end.IsCompleted);
            ending.SetResult();
            await call;
            await end;
        }).WithDeadline();
    }

    [Fact]
    [Covers("DEAD-01", "DEAD-02")]
    public async Task Blocking_without_a_pump_is_a_deadlock_and_only_until_it_ends_323_275()
    {
        _there.Registry.AddAsync("out", async () => await _back.InvokeAsync());
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(BlockWithoutPump).AsTask().WithDeadline());
            Assert.Contains("back needs the thread that", error.Message, StringComparison.Ordinal);
            await _there.Registry.SyncToAsync<NoValue, int>("back").InvokeAsync().AsTask().WithDeadline();
        }
    }

    [Fact]
    public async Task The_deadlock_is_seen_through_any_number_of_processes()
    {
        var third = _network.Add();
        third.Registry.AddAsync("last", async () => await third.Registry.SyncToAsync<NoValue, int>("back").InvokeAsync());
        _there.Registry.AddAsync("out", async () => await _there.Registry.SyncToAsync<NoValue, int>("last").InvokeAsync());
        await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(BlockWithoutPump).AsTask().WithDeadline());
    }

    [Fact]
    public async Task A_context_s_thread_that_its_own_call_keeps_is_a_deadlock_too()
    {
        _there.Registry.AddAsync("out", async () => await _back.InvokeAsync());
        await using var context = ThreadSensitiveContext.Enter();
        await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(BlockWithoutPump).AsTask().WithDeadline());
    }

    [Fact]
    public async Task So_is_the_thread_that_a_context_has_elsewhere()
    {
        _there.Registry
            .Add("needed", static () => 1)
            .Add("block", () => _there.Registry.SyncToAsync<NoValue, int>("around").InvokeAsync().AsTask().GetAwaiter().GetResult())
            .Add("pump", () => _there.Registry.AsyncToSync<NoValue, int>("around").Invoke());
        _here.Registry.AddAsync("around", async () => await _here.Registry.SyncToAsync<NoValue, int>("needed").InvokeAsync());
        await using var context = ThreadSensitiveContext.Enter();
        await Assert.ThrowsAsync<SyncDeadlockException>(() => _here.Registry.SyncToAsync<NoValue, int>("block").InvokeAsync().AsTask().WithDeadline());
        Assert.Equal(1, await _here.Registry.SyncToAsync<NoValue, int>("pump").InvokeAsync().AsTask().WithDeadline());
    }

    [Fact]
    [Covers("DEAD-03")]
    public async Task A_call_of_another_tree_waits_for_the_thread_and_is_no_deadlock()
    {
        var third = _network.Add();
        using var hold = new Hold();
        _there.Registry.Add("hold", hold.Wait, CallableSettings.Pooled);
        var blocked = SyncToAsync.Run(
            () => _here.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync().AsTask().GetAwaiter().GetResult()).AsTask();
        await hold.Entered.WithDeadline();
        var other = third.Registry.SyncToAsync<NoValue, int>("back").InvokeAsync().AsTask();
        await WaitUntil.HoldsAsync(() => _here.Incoming.Count == 1 && _here.Incoming.First().WasAccepted);
        Assert.False(other.IsCompleted);
        hold.Release();
        await blocked.WithDeadline();
        await other.WithDeadline();
    }

    [Fact]
    [Covers("DEAD-04")]
    public async Task A_pump_or_a_context_that_can_take_the_call_prevents_the_deadlock()
    {
        _there.Registry.AddAsync("out", async () => await _back.InvokeAsync());
        _there.Registry.AddAsync("outInContext", async () =>
        {
            await using var context = ThreadSensitiveContext.Enter();
            return await _back.InvokeAsync();
        });
        var (own, called) = await SyncToAsync.Run(() => (Environment.CurrentManagedThreadId, _here.Registry.AsyncToSync<NoValue, int>("out").Invoke()))
            .AsTask().WithDeadline();
        Assert.Equal(own, called);
        (own, called) = await SyncToAsync.Run(() => (
            Environment.CurrentManagedThreadId,
            _here.Registry.SyncToAsync<NoValue, int>("outInContext").InvokeAsync().AsTask().GetAwaiter().GetResult())).AsTask().WithDeadline();
        Assert.NotEqual(own, called);
    }

    [Fact]
    [Covers("SYNC-30")]
    public async Task A_pooled_function_that_blocks_lends_its_thread_to_nobody()
    {
        _there.Registry.AddAsync("out", async () => await _back.InvokeAsync());
        await OnThread.Run(() =>
        {
            var own = Environment.CurrentManagedThreadId;
            Assert.Equal(own, AsyncToSync.Run(async () => await SyncToAsync.Run(
                () => _here.Registry.AsyncToSync<NoValue, int>("out").Invoke(), SyncToAsyncOptions.Pooled)));
        });
    }

    [Fact]
    public async Task Trees_of_calls_between_three_processes_all_end()
    {
        var third = _network.Add();
        MemoryProcess[] processes = [_here, _there, third];
        var names = new[] { "a", "b", "c" };
        for (var i = 0; i < processes.Length; i++)
        {
            var registry = processes[i].Registry;
            var (next, last) = (names[(i + 1) % 3], names[(i + 2) % 3]);
            registry.Add(names[i] + "Sync", (int left) => left <= 0 ? 1 : registry.Call<int, int>(next + "Async", left - 1) + registry.Call<int, int>(last + "Sync", left - 2));
            registry.AddAsync(names[i] + "Async", async (int left) => left <= 0
                ? 1
                : await registry.CallAsync<int, int>(next + "Sync", left - 1) + await registry.CallAsync<int, int>(last + "Async", left - 1));
        }

        var trees = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var context = ThreadSensitiveContext.Enter();
            return await _here.Registry.CallAsync<int, int>("bAsync", 5);
        })).ToList();
        var blocked = OnThread.Run(() =>
        {
            var context = ThreadSensitiveContext.Enter();
            var sum = _here.Registry.Call<int, int>("cSync", 5);
            BlockingWait.For(context.DisposeAsync());
            return sum;
        });
        var sums = await Task.WhenAll(trees).WithDeadline();
        Assert.Single(sums.Distinct());
        Assert.True(await blocked.WithDeadline() > 1);
    }

    private int BlockWithoutPump() => _here.Registry.SyncToAsync<NoValue, int>("out").InvokeAsync().AsTask().GetAwaiter().GetResult();
}
