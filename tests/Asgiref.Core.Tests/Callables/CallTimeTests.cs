using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Callables.Network;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Callables;

public sealed class CallTimeTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly FakeClock _clock = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CallTimeTests()
    {
        var options = new CallableOptions { TimeProvider = _clock };
        _here = _network.Add(options);
        _there = _network.Add(options);
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_call_without_a_time_gets_the_call_time_and_then_the_word_of_the_callee()
    {
        _there.Registry.AddAsync("wait", async token =>
        {
            _entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("wait").InvokeAsync().AsTask();
        await _entered.Task.WithDeadline();
        Assert.Equal(TimeSpan.FromSeconds(60), _there.Incoming.Single().Request.Timeout);
        _clock.Advance(TimeSpan.FromSeconds(60));
        var error = await Assert.ThrowsAsync<CallTimeoutException>(() => call.WithDeadline());
        Assert.Equal(("wait", "'wait' had no result after 60 s: it still runs."), (error.Callable, error.Message));
    }

    [Fact]
    public async Task A_call_that_waits_for_a_thread_says_for_which_and_who_has_it()
    {
        using var hold = new Hold();
        _there.Registry.Add("hold", hold.Wait).Add("next", static () => { });
        await using var context = ThreadSensitiveContext.Enter();
        var first = _here.Registry.SyncToAsync<NoValue, NoValue>("hold", Timeout.InfiniteTimeSpan).InvokeAsync().AsTask();
        await hold.Entered.WithDeadline();
        var second = _here.Registry.SyncToAsync<NoValue, NoValue>("next", TimeSpan.FromSeconds(5)).InvokeAsync().AsTask();
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        await WaitUntil.HoldsAsync(() => _there.Incoming.Last().WasAccepted);
        _clock.Advance(TimeSpan.FromSeconds(5));
        var error = await Assert.ThrowsAsync<CallTimeoutException>(() => second.WithDeadline());
        Assert.Matches(@"^'next' had no result after 5 s: it waited for the context_thread: hold has the context_thread \(managed thread \d+\)\.$", error.Message);
        hold.Release();
        await first.WithDeadline();
    }

    [Fact]
    public async Task Parallel_branches_of_one_tree_that_wait_for_each_others_threads_end_by_their_time_and_say_who_has_them()
    {
        using var both = new Barrier(2);
        using var stayHere = new Hold();
        using var stayThere = new Hold();
        _here.Registry.Add("back", static () => { }).Add("first", () => CallAndStay(_here, "forth", TimeSpan.FromSeconds(5), stayHere));
        _there.Registry.Add("forth", static () => { }).Add("second", () => CallAndStay(_there, "back", TimeSpan.FromSeconds(5.5), stayThere));
        await using var context = ThreadSensitiveContext.Enter();
        var first = _here.Registry.SyncToAsync<NoValue, NoValue>("first").InvokeAsync().AsTask();
        var second = _here.Registry.SyncToAsync<NoValue, NoValue>("second").InvokeAsync().AsTask();

        // Neither branch is an ancestor of the other, so neither sees the circle: there is no deadlock error.
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(5.5));
        _clock.Advance(TimeSpan.FromSeconds(5.5));
        stayHere.Release();
        stayThere.Release();

        var forth = await Assert.ThrowsAsync<CallTimeoutException>(() => first.WithDeadline());
        Assert.Matches(@"^'forth' had no result after 5 s: it waited for the context_thread: second has the context_thread \(managed thread \d+\)\.$", forth.Message);
        var back = await Assert.ThrowsAsync<CallTimeoutException>(() => second.WithDeadline());
        Assert.Matches(@"^'back' had no result after 5\.5 s: it waited for the context_thread: first has the context_thread \(managed thread \d+\)\.$", back.Message);

        // Each keeps its thread beyond the end of its call, so that the other cannot run meanwhile.
        void CallAndStay(MemoryProcess process, string callable, TimeSpan time, Hold stay)
        {
            Assert.True(both.SignalAndWait(Deadline.Default));
            try
            {
                process.Registry.AsyncToSync<NoValue, NoValue>(callable, time).Invoke();
            }
            finally
            {
                stay.Wait();
            }
        }
    }

    [Fact]
    public async Task A_call_that_waits_for_another_says_for_which()
    {
        var third = _network.Add(_here.Registry.Options);
        third.Registry.AddAsync("last", async token =>
        {
            _entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        _there.Registry.Add("middle", () => { _there.Registry.AsyncToSync<NoValue, NoValue>("last").Invoke(); });
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("middle", TimeSpan.FromSeconds(10)).InvokeAsync().AsTask();
        await _entered.Task.WithDeadline();
        Assert.InRange(third.Incoming.Single().Request.Timeout!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<CallTimeoutException>(() => call.WithDeadline());
        Assert.Equal("'middle' had no result after 10 s: it waits for its call of 'last'.", error.Message);
    }

    [Fact]
    public async Task A_function_that_ignores_its_token_is_given_up_and_counted_until_it_returns()
    {
        using var hold = new Hold();
        _there.Registry.Add("hold", hold.Wait, CallableSettings.Pooled);
        var call = OnThread.Run(() => _here.Registry.AsyncToSync<NoValue, NoValue>("hold", TimeSpan.FromSeconds(3)).Invoke());
        await hold.Entered.WithDeadline();
        _clock.Advance(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<CallTimeoutException>(() => call.WithDeadline());
        Assert.Equal(1, _there.Registry.Host.LiveCalls);
        hold.Release();
        await _there.Incoming.Single().Ended.WithDeadline();
    }

    [Fact]
    public async Task A_callee_that_does_not_even_answer_is_waited_for_the_answer_time()
    {
        // Its clock stands.
        var silent = _network.Add(new CallableOptions { TimeProvider = new FakeClock() });
        using var hold = new Hold();
        silent.Registry.Add("hold", hold.Wait, CallableSettings.Pooled);
        var counts = new CountingObserver();
        _here.Registry.Host.Observer = counts;
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("hold", TimeSpan.FromSeconds(3)).InvokeAsync().AsTask();
        await hold.Entered.WithDeadline();
        _clock.Advance(TimeSpan.FromSeconds(3.5));
        Assert.False(call.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        var error = await Assert.ThrowsAsync<CallTimeoutException>(() => call.WithDeadline());
        Assert.Equal("'hold' had no result after 3 s, and its process has not said why.", error.Message);
        Assert.Equal([CallableLimit.AnswerTime], counts.Limits);
        hold.Release();
    }

    [Fact]
    public async Task Calls_made_after_the_time_of_the_call_around_them_has_passed_are_not_made()
    {
        using var hold = new Hold();
        var inner = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        _here.Registry.Add("back", static () => { });
        _there.Registry.Add("late", () =>
        {
            hold.Wait();
            try
            {
                _there.Registry.AsyncToSync<NoValue, NoValue>("back").Invoke();
                inner.SetException(new InvalidOperationException("It was made."));
            }
            catch (Exception error)
            {
                inner.SetResult(error);
            }
        }, CallableSettings.Pooled);
        var call = _here.Registry.SyncToAsync<NoValue, NoValue>("late", TimeSpan.FromSeconds(1)).InvokeAsync().AsTask();
        await hold.Entered.WithDeadline();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<CallTimeoutException>(() => call.WithDeadline());
        hold.Release();
        Assert.True(await inner.Task.WithDeadline() is CallTimeoutException or OperationCanceledException);
        Assert.Empty(_here.Incoming);
    }
}
