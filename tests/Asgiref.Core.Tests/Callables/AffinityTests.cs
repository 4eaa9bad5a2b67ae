using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Callables.Network;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Callables;

public sealed class AffinityTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly FakeClock _clock = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;

    public AffinityTests()
    {
        _here = _network.Add();
        _there = _network.Add(new CallableOptions { TimeProvider = _clock, ThreadContexts = 2 });
        _there.Registry.Add("thread", static () => Environment.CurrentManagedThreadId);
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task Calls_of_one_context_share_a_thread_there_and_calls_of_two_run_side_by_side()
    {
        using var both = new Barrier(2);
        _there.Registry.Add("meet", () =>
        {
            Assert.True(both.SignalAndWait(Deadline.Default));
            return Environment.CurrentManagedThreadId;
        });
        var threads = await Task.WhenAll(Task.Run(BranchAsync), Task.Run(BranchAsync)).WithDeadline();
        Assert.NotEqual(threads[0], threads[1]);

        async Task<int> BranchAsync()
        {
            await using var context = ThreadSensitiveContext.Enter();
            var thread = await _here.Registry.SyncToAsync<NoValue, int>("meet").InvokeAsync();
            Assert.Equal(thread, await CallThreadAsync());
            Assert.Equal(thread, await Task.Run(CallThreadAsync));
            return thread;
        }
    }

    [Fact]
    public async Task Without_a_context_calls_share_the_one_thread_of_the_process()
    {
        var expected = await SyncToAsync.Run(static () => Environment.CurrentManagedThreadId);
        Assert.Equal(expected, await CallThreadAsync());
        Assert.Equal(expected, await Task.Run(CallThreadAsync));
    }

    [Fact]
    public async Task A_pooled_function_runs_on_the_pool()
    {
        _there.Registry.Add("pooled", static () => Thread.CurrentThread.IsThreadPoolThread, CallableSettings.Pooled);
        await using var context = ThreadSensitiveContext.Enter();
        Assert.True(await _here.Registry.SyncToAsync<NoValue, bool>("pooled").InvokeAsync());
    }

    [Fact]
    public async Task Parallel_branches_come_back_each_on_its_own_right_thread()
    {
        using var both = new Barrier(2);
        _here.Registry.Add("back", () =>
        {
            Assert.True(both.SignalAndWait(Deadline.Default));
            return Environment.CurrentManagedThreadId;
        });
        _there.Registry.Add("out", () => _there.Registry.AsyncToSync<NoValue, int>("back").Invoke());
        await Task.WhenAll(Task.Run(InContextAsync), OnThread.Run(Blocked)).WithDeadline();

        async Task InContextAsync()
        {
            await using var context = ThreadSensitiveContext.Enter();
            var own = await SyncToAsync.Run(static () => Environment.CurrentManagedThreadId);
            Assert.Equal(own, await _here.Registry.SyncToAsync<NoValue, int>("out").InvokeAsync());
        }

        void Blocked() => Assert.Equal(Environment.CurrentManagedThreadId, _here.Registry.AsyncToSync<NoValue, int>("out").Invoke());
    }

    [Fact]
    public async Task A_context_keeps_its_thread_when_its_id_comes_back_outside_of_any_frame()
    {
        _here.Registry.Add("own", static () => Environment.CurrentManagedThreadId);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int>? left = null;
        _there.Registry.AddAsync("leave", () =>
        {
            left = Task.Run(async () =>
            {
                await go.Task;
                return await _there.Registry.SyncToAsync<NoValue, int>("own").InvokeAsync();
            });
            return Task.CompletedTask;
        });
        await using (ThreadSensitiveContext.Enter())
        {
            var own = await SyncToAsync.Run(static () => Environment.CurrentManagedThreadId);
            await _here.Registry.SyncToAsync<NoValue, NoValue>("leave").InvokeAsync();
            Assert.Equal(1, _here.Registry.Host.ThreadContexts.OwnCount);
            go.SetResult();
            Assert.Equal(own, await left!.WithDeadline());
        }

        Assert.Equal(0, _here.Registry.Host.ThreadContexts.OwnCount);
    }

    [Fact]
    public async Task The_end_of_a_context_ends_its_thread_there_and_is_told_once()
    {
        await using (ThreadSensitiveContext.Enter())
        {
            await CallThreadAsync();
            await CallThreadAsync();
            Assert.Equal(1, _there.Registry.Host.ThreadContexts.Count);
            Assert.Empty(_network.EndedContexts);
        }

        Assert.Equal(0, _there.Registry.Host.ThreadContexts.Count);
        Assert.Equal([_there.Incoming.First().Request.ThreadContext!.Value], _network.EndedContexts);
    }

    [Fact]
    public async Task A_context_that_has_not_travelled_tells_nobody()
    {
        await using (ThreadSensitiveContext.Enter())
        {
            await SyncToAsync.Run(static () => { });
        }

        Assert.Empty(_network.EndedContexts);
    }

    [Fact]
    public async Task A_context_that_came_from_elsewhere_goes_on_under_its_own_id_and_is_not_ended_on_the_way()
    {
        var third = _network.Add();
        third.Registry.Add("last", static () => { });
        _there.Registry.AddAsync("pass", async () =>
        {
            await using var inner = ThreadSensitiveContext.Enter();
            await _there.Registry.SyncToAsync<NoValue, NoValue>("last").InvokeAsync();
        });
        await using (ThreadSensitiveContext.Enter())
        {
            await _here.Registry.SyncToAsync<NoValue, NoValue>("pass").InvokeAsync();
            Assert.Equal(_there.Incoming.Single().Request.ThreadContext, third.Incoming.Single().Request.ThreadContext);
            Assert.Empty(_network.EndedContexts);
        }

        Assert.Single(_network.EndedContexts);
        Assert.Equal(0, third.Registry.Host.ThreadContexts.Count);
    }

    [Fact]
    public async Task A_context_without_calls_loses_its_thread_after_its_idle_time_and_gets_another_with_the_next()
    {
        await using var context = ThreadSensitiveContext.Enter();
        await CallThreadAsync();
        await WaitUntil.HoldsAsync(() => _there.Registry.Host.LiveCalls == 0);
        await _clock.UntilArmedAsync(_there.Registry.Options.ThreadContextIdleTime);
        _clock.Advance(_there.Registry.Options.ThreadContextIdleTime - TimeSpan.FromSeconds(1));
        Assert.Equal(1, _there.Registry.Host.ThreadContexts.Count);
        await CallThreadAsync();
        await WaitUntil.HoldsAsync(() => _there.Registry.Host.LiveCalls == 0);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _there.Registry.Host.ThreadContexts.Count);
        _clock.Advance(_there.Registry.Options.ThreadContextIdleTime);
        Assert.Equal(0, _there.Registry.Host.ThreadContexts.Count);
        await CallThreadAsync();
        Assert.Equal(1, _there.Registry.Host.ThreadContexts.Count);
    }

    [Fact]
    public async Task One_context_too_many_is_refused()
    {
        var contexts = new List<ThreadSensitiveContext>();
        await InContextAsync();
        await InContextAsync();
        var error = await Assert.ThrowsAsync<CallRefusedException>(InContextAsync);
        Assert.Equal(CallRefusal.Overloaded, error.Code);
        Assert.Contains("(ThreadContexts)", error.Message, StringComparison.Ordinal);
        await contexts[0].DisposeAsync();
        await InContextAsync();
        foreach (var context in contexts)
        {
            await context.DisposeAsync();
        }

        async Task InContextAsync()
        {
            contexts.Add(ThreadSensitiveContext.Enter());
            await CallThreadAsync();
        }
    }

    [Fact]
    public async Task Losing_the_way_to_the_owners_ends_their_threads()
    {
        await using var context = ThreadSensitiveContext.Enter();
        await CallThreadAsync();
        _there.Cut();
        Assert.Equal(0, _there.Registry.Host.ThreadContexts.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_is_left_before_it_is_taken_makes_no_context(bool isKnown)
    {
        var context = Guid.NewGuid();
        var contexts = _there.Registry.Host.ThreadContexts;
        if (isKnown)
        {
            var taken = Call();
            _there.Registry.Host.Run(taken);
            await taken.Ended.WithDeadline();
        }

        var left = Call();
        left.Reset(new CallFailure(CallFailureKind.Cancelled, ""));
        _there.Registry.Host.Run(left);

        Assert.True(left.Ended.IsCompleted);
        Assert.Equal(isKnown ? 1 : 0, contexts.Count);

        MemoryCall Call() => new(
            new CallRequest { Callable = "thread", Path = [new CallStep(Guid.NewGuid(), _here.Peer)], ThreadContext = context }, onItem: null);
    }

    [Fact]
    public void A_call_that_is_left_before_it_is_taken_takes_no_context_from_one_that_runs()
    {
        var context = Guid.NewGuid();
        var contexts = _there.Registry.Host.ThreadContexts;
        Assert.True(contexts.TryEnter(context, out var runs));
        Assert.True(contexts.TryEnter(context, out var left));
        contexts.Leave(left, hasRun: false);
        Assert.Equal(1, contexts.Count);
        contexts.Leave(runs, hasRun: true);
        Assert.Equal(1, contexts.Count);

        // A place that has ended meanwhile is not that of those who came behind.
        Assert.True(contexts.TryEnter(context, out var ended));
        contexts.End(context);
        Assert.True(contexts.TryEnter(context, out runs));
        contexts.Leave(ended, hasRun: false);
        Assert.Equal(1, contexts.Count);
        contexts.Leave(runs, hasRun: true);
        contexts.End(context);
        Assert.Equal(0, contexts.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_left_behind_in_a_context_tells_its_end_when_it_goes_out(bool hasGoneOut)
    {
        var another = _network.Add();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task leftBehind;
        await using (ThreadSensitiveContext.Enter())
        {
            leftBehind = Task.Run(LeaveBehindAsync);
            if (hasGoneOut)
            {
                await CallThreadAsync();
            }
        }

        var told = _network.EndedContexts.Count;
        Assert.Equal(hasGoneOut ? 1 : 0, told);
        go.SetResult();
        await leftBehind.WithDeadline();

        var context = _there.Incoming.Last().Request.ThreadContext!.Value;
        Assert.Equal(Enumerable.Repeat(context, told + 1), _network.EndedContexts);
        Assert.Equal(0, another.Registry.Host.ThreadContexts.OwnCount);

        async Task LeaveBehindAsync()
        {
            await go.Task;
            await another.Registry.SyncToAsync<NoValue, int>("thread").InvokeAsync();
        }
    }

    private async Task<int> CallThreadAsync() => await _here.Registry.SyncToAsync<NoValue, int>("thread").InvokeAsync();
}
