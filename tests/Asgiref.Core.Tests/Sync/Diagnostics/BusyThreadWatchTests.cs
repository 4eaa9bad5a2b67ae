using System.Collections.Concurrent;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>
/// The watches see the calls of other tests as well: each test looks only at reports that name its own functions. The
/// clocks are the tests' own, so that a report comes while the test advances them.
/// </summary>
public sealed class BusyThreadWatchTests : IDisposable
{
    private static readonly BusyThreadWatchOptions Defaults = new();
    private readonly FakeClock _clock = new();
    private readonly ConcurrentQueue<BusyThreadEventArgs> _reports = new();
    private readonly BusyThreadWatch _watch;
    private readonly ManualResetEventSlim _goOn = new();

    public BusyThreadWatchTests()
    {
        _watch = new BusyThreadWatch(new BusyThreadWatchOptions { Clock = _clock });
        _watch.ThreadBusy += Keep;
    }

    public void Dispose()
    {
        _goOn.Set();
        _watch.Dispose();
    }

    [Fact]
    [Covers("SYNC-28", "DEAD-05")]
    public async Task A_sensitive_function_that_waits_for_another_is_reported_by_name()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var letGo = new LetGo(_goOn);
        var begun = new Begun();
        var first = SyncToAsync.Run(WaitForTheOther);
        var thread = await begun.Task.WithDeadline();
        var second = SyncToAsync.Run(_goOn.Set);

        _clock.Advance(Defaults.Limit - TimeSpan.FromTicks(1));
        Assert.Empty(_reports);
        _clock.Advance(TimeSpan.FromTicks(1));

        var report = Assert.Single(_reports);
        Assert.Contains(nameof(WaitForTheOther), report.FunctionName, StringComparison.Ordinal);
        Assert.Equal("context_thread", report.Executor);
        Assert.Equal(thread, report.ThreadId);
        Assert.Equal(Defaults.Limit, report.Held);
        Assert.Equal(1, report.Waiting);
        Assert.EndsWith(
            $" has kept the context_thread (managed thread {thread}) for 30 s while 1 wait for it.", report.ToString(), StringComparison.Ordinal);
        _goOn.Set();
        await first.AsTask().WithDeadline();
        await second.AsTask().WithDeadline();

        void WaitForTheOther() => Hold(begun);
    }

    [Fact]
    public async Task It_is_reported_again_whenever_the_time_has_doubled()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var letGo = new LetGo(_goOn);
        var begun = new Begun();
        var calls = new[] { SyncToAsync.Run(HoldLong).AsTask(), SyncToAsync.Run(() => { }).AsTask() };
        await begun.Task.WithDeadline();
        calls = [.. calls, SyncToAsync.Run(() => { }).AsTask()];

        foreach (var (seconds, reports) in new[] { (30, 1), (29, 1), (1, 2), (59, 2), (1, 3) })
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            Assert.Equal(reports, _reports.Count);
        }

        Assert.Equal([30, 60, 120], _reports.Select(report => report.Held.TotalSeconds));
        Assert.All(_reports, report => Assert.Equal(2, report.Waiting));
        _goOn.Set();
        await Task.WhenAll(calls).WithDeadline();

        void HoldLong() => Hold(begun);
    }

    [Fact]
    public async Task Each_call_has_its_own_time()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var letGo = new LetGo(_goOn);
        using var goOn = new ManualResetEventSlim();
        Begun first = new(), second = new();
        var calls = new[]
        {
            SyncToAsync.Run(HoldFirst).AsTask(),
            SyncToAsync.Run(HoldSecond).AsTask(),
            SyncToAsync.Run(() => { }).AsTask(),
        };
        await first.Task.WithDeadline();
        calls = [.. calls, SyncToAsync.Run(() => { }).AsTask()];
        _clock.Advance(TimeSpan.FromSeconds(29));
        goOn.Set();
        await second.Task.WithDeadline();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(_reports);

        // Since the second one was first seen, a quarter of the limit at most after it began.
        _clock.Advance(TimeSpan.FromSeconds(7.5));
        Assert.Contains(nameof(HoldSecond), Assert.Single(_reports).FunctionName, StringComparison.Ordinal);
        _goOn.Set();
        await Task.WhenAll(calls).WithDeadline();

        void HoldFirst()
        {
            first.Tell();
            Assert.True(goOn.Wait(Deadline.Default));
        }

        void HoldSecond() => Hold(second);
    }

    [Fact]
    public async Task A_function_behind_which_nobody_waits_is_not_reported()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var letGo = new LetGo(_goOn);
        using var cancellation = new CancellationTokenSource();
        var begun = new Begun();
        var first = SyncToAsync.Run(HoldAlone);
        await begun.Task.WithDeadline();
        _clock.Advance(TimeSpan.FromHours(1));

        var second = SyncToAsync.Run(() => { }, cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Empty(_reports);
        await Assert.ThrowsAsync<OperationCanceledException>(() => second.AsTask());
        _goOn.Set();
        await first.AsTask().WithDeadline();

        void HoldAlone() => Hold(begun);
    }

    [Fact]
    public async Task A_watch_made_later_sees_the_call_that_begins_before_others()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var letGo = new LetGo(_goOn);
        using var goOn = new ManualResetEventSlim();
        Begun first = new(), second = new();
        var calls = new[]
        {
            SyncToAsync.Run(() => { first.Tell(); Assert.True(goOn.Wait(Deadline.Default)); }).AsTask(),
            SyncToAsync.Run(HoldLater).AsTask(),
            SyncToAsync.Run(() => { }).AsTask(),
        };
        await first.Task.WithDeadline();
        var clock = new FakeClock();
        using var watch = new BusyThreadWatch(new BusyThreadWatchOptions { Clock = clock, Limit = TimeSpan.FromSeconds(1) });
        watch.ThreadBusy += Keep;
        goOn.Set();
        await second.Task.WithDeadline();
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains(nameof(HoldLater), Assert.Single(_reports).FunctionName, StringComparison.Ordinal);
        _goOn.Set();
        await Task.WhenAll(calls).WithDeadline();

        void HoldLater() => Hold(second);
    }

    [Fact]
    public Task The_thread_of_a_blocked_caller_is_watched() => OnThread.Run(() => AsyncToSync.Run(async () =>
    {
        var begun = new Begun();
        var first = SyncToAsync.Run(HoldCaller);
        var thread = await begun.Task.WithDeadline();
        var second = SyncToAsync.Run(() => { });
        _clock.Advance(Defaults.Limit);

        var report = Assert.Single(_reports);
        Assert.Contains(nameof(HoldCaller), report.FunctionName, StringComparison.Ordinal);
        Assert.Equal(("caller_thread", thread), (report.Executor, report.ThreadId));
        _goOn.Set();
        await first.AsTask().WithDeadline();
        await second.AsTask().WithDeadline();

        void HoldCaller() => Hold(begun);
    }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_loop_is_watched_and_a_continuation_goes_by_the_name_of_its_method(bool yields)
    {
        await using var loop = EventLoop.Start();
        using var letGo = new LetGo(_goOn);
        var begun = new Begun();
        var first = loop.RunAsync(HoldLoop);
        var thread = await begun.Task.WithDeadline();
        var second = loop.RunAsync(() => Task.CompletedTask);
        // The loop has been noticed already when the continuation was posted, in the turn before: the next look sees this one.
        _clock.Advance(Defaults.Limit * 1.25);

        var report = Assert.Single(_reports);
        Assert.Contains(nameof(HoldLoop), report.FunctionName, StringComparison.Ordinal);
        Assert.Equal(("loop_thread", thread), (report.Executor, report.ThreadId));
        _goOn.Set();
        await first.WithDeadline();
        await second.WithDeadline();

        async Task HoldLoop()
        {
            if (yields)
            {
                await Task.Yield();
            }
            else
            {
                await Task.Run(() => { });
            }

            Hold(begun);
        }
    }

    [Fact]
    public async Task A_function_that_blocks_the_loop_at_once_goes_by_its_own_name()
    {
        await using var loop = EventLoop.Start();
        using var letGo = new LetGo(_goOn);
        var begun = new Begun();
        var first = loop.RunAsync(HoldAtOnce);
        await begun.Task.WithDeadline();
        loop.Post(_ => { }, null);
        _clock.Advance(Defaults.Limit);

        Assert.Contains(nameof(HoldAtOnce), Assert.Single(_reports).FunctionName, StringComparison.Ordinal);
        _goOn.Set();
        await first.WithDeadline();

        Task HoldAtOnce()
        {
            Hold(begun);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_handler_that_throws_disturbs_neither_the_others_nor_the_watch()
    {
        var error = new InvalidOperationException("handler");
        var begun = new Begun();
        var told = 0;
        EventHandler<UnhandledExceptionEventArgs> tell = (_, failure) => told += ReferenceEquals(failure.ExceptionObject, error) ? 1 : 0;
        SyncDiagnostics.HandlerFailed += tell;
        _watch.ThreadBusy -= Keep;
        _watch.ThreadBusy += (_, report) =>
        {
            if (IsOwn(report))
            {
                throw error;
            }
        };
        _watch.ThreadBusy += Keep;
        try
        {
            await using var context = ThreadSensitiveContext.Enter();
            using var letGo = new LetGo(_goOn);
            var first = SyncToAsync.Run(HoldOn);
            await begun.Task.WithDeadline();
            var second = SyncToAsync.Run(() => { });
            _clock.Advance(TimeSpan.FromSeconds(60));

            Assert.Equal(2, _reports.Count);
            Assert.Equal(2, told);
            _goOn.Set();
            await first.AsTask().WithDeadline();
            await second.AsTask().WithDeadline();
        }
        finally
        {
            SyncDiagnostics.HandlerFailed -= tell;
        }

        void HoldOn() => Hold(begun);
    }

    [Fact]
    public async Task Neither_a_disposed_watch_nor_one_without_limit_reports()
    {
        var clock = new FakeClock();
        using var unlimited = new BusyThreadWatch(new BusyThreadWatchOptions { Clock = clock, Limit = Timeout.InfiniteTimeSpan });
        unlimited.ThreadBusy += Keep;
        await using var context = ThreadSensitiveContext.Enter();
        using var letGo = new LetGo(_goOn);
        var begun = new Begun();
        var first = SyncToAsync.Run(HoldUnseen);
        await begun.Task.WithDeadline();
        var second = SyncToAsync.Run(() => { });
        _watch.Dispose();
        clock.Advance(TimeSpan.FromDays(1));
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Empty(_reports);
        Assert.Equal(0, clock.ArmedTimers);
        _goOn.Set();
        await first.AsTask().WithDeadline();
        await second.AsTask().WithDeadline();

        void HoldUnseen() => Hold(begun);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(25 * 24 * 3600 * 1000L)]
    public void A_limit_out_of_its_range_is_refused(long milliseconds)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new BusyThreadWatch(new BusyThreadWatchOptions { Limit = TimeSpan.FromMilliseconds(milliseconds) }));
        Assert.Contains("Limit must be above zero and at most 24 days", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Covers("DEAD-05")]
    public async Task A_call_cancelled_in_the_queue_says_who_had_the_thread()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var letGo = new LetGo(_goOn);
        using var cancellation = new CancellationTokenSource();
        var begun = new Begun();
        var first = SyncToAsync.Run(HoldFast);
        var thread = await begun.Task.WithDeadline();
        var second = SyncToAsync.Run(NeverRuns, cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => second.AsTask().WithDeadline());
        Assert.Matches($"{nameof(NeverRuns)}.* was cancelled before it ran: .*{nameof(HoldFast)}.* has the context_thread \\(managed thread {thread}\\)", error.Message);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        _goOn.Set();
        await first.AsTask().WithDeadline();

        void HoldFast() => Hold(begun);
        void NeverRuns() => Assert.Fail("It was cancelled before it ran.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_untyped_wrapper_goes_by_the_name_of_the_users_function(bool isSync)
    {
        var begun = new Begun();
        await using var context = ThreadSensitiveContext.Enter();
        await using var loop = EventLoop.Start();
        using var letGo = new LetGo(_goOn);
        Task first, second;
        if (isSync)
        {
            first = SyncToAsync.Wrap((Delegate)HoldUntyped).InvokeAsync([begun]).AsTask();
            await begun.Task.WithDeadline();
            second = SyncToAsync.Run(() => { }).AsTask();
        }
        else
        {
            var wrapped = AsyncToSync.Wrap((Delegate)HoldUntypedAsync);
            first = loop.RunAsync(async () => await SyncToAsync.Run(() => wrapped.Invoke([begun])));
            await begun.Task.WithDeadline();
            second = loop.RunAsync(() => Task.CompletedTask);
        }

        // The loop may have been noticed already in the turn before.
        _clock.Advance(Defaults.Limit * 1.25);

        Assert.Contains($"__{(isSync ? nameof(HoldUntyped) : nameof(HoldUntypedAsync))}|", Assert.Single(_reports).FunctionName, StringComparison.Ordinal);
        _goOn.Set();
        await Task.WhenAll(first, second).WithDeadline();

        void HoldUntyped(Begun begun) => Hold(begun);

        Task HoldUntypedAsync(Begun begun)
        {
            Hold(begun);
            return Task.CompletedTask;
        }
    }

    private void Hold(Begun begun)
    {
        begun.Tell();
        Assert.True(_goOn.Wait(Deadline.Default));
    }

    private void Keep(object? sender, BusyThreadEventArgs report)
    {
        if (IsOwn(report))
        {
            _reports.Enqueue(report);
        }
    }

    /// <summary>The tests of this class run one after the other; no other class has local functions of these names.</summary>
    private static bool IsOwn(BusyThreadEventArgs report) =>
        report.FunctionName.Contains("g__Hold", StringComparison.Ordinal) || report.FunctionName.Contains("g__WaitForTheOther", StringComparison.Ordinal);

    /// <summary>A test that fails does not wait for its functions.</summary>
    private sealed class LetGo(ManualResetEventSlim held) : IDisposable
    {
        public void Dispose() => held.Set();
    }

    /// <summary>A function tells on which thread it has begun.</summary>
    private sealed class Begun
    {
        private readonly TaskCompletionSource<int> _thread = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<int> Task => _thread.Task;

        public void Tell() => _thread.TrySetResult(Environment.CurrentManagedThreadId);
    }
}
