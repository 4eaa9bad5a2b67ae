using System.Runtime.CompilerServices;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Loops;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>What a watch notes of threads, when it looks at them, and what it lets go. The threads here are the tests' own.</summary>
public sealed class BusyThreadNotesTests : IDisposable
{
    private static readonly TimeSpan Limit = new BusyThreadWatchOptions().Limit;
    private readonly FakeClock _clock = new();
    private readonly BusyThreadWatch _watch;
    private readonly List<(string Name, TimeSpan Held)> _reports = [];

    public BusyThreadNotesTests()
    {
        _watch = new BusyThreadWatch(new BusyThreadWatchOptions { Clock = _clock });
        _watch.ThreadBusy += (_, report) =>
        {
            // Other tests' threads are seen as well.
            if (report.Executor == StubThread.Name)
            {
                _reports.Add((report.FunctionName, report.Held));
            }
        };
    }

    public void Dispose() => _watch.Dispose();

    [Fact]
    public void A_thread_that_is_noticed_later_does_not_put_off_the_look_at_the_others()
    {
        _watch.Notice(new StubThread("first") { Turn = 1 }, 1);
        for (var i = 1; i <= 4; i++)
        {
            _clock.Advance(Limit / 5);
            _watch.Notice(new StubThread($"later {i}") { Turn = 1 }, 1);
        }

        Assert.Empty(_reports);
        _clock.Advance(Limit / 5);

        Assert.Equal(("first", Limit), Assert.Single(_reports));
    }

    [Fact]
    public void A_call_that_is_noticed_again_keeps_its_time_and_the_next_call_gets_its_own()
    {
        var same = new StubThread("same call") { Turn = 1 };
        var next = new StubThread("next call") { Turn = 1 };
        _watch.Notice(same, 1);
        _watch.Notice(next, 1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        next.Turn = 2;
        _watch.Notice(same, 1);
        _watch.Notice(next, 2);

        _clock.Advance(Limit - TimeSpan.FromSeconds(1));
        Assert.Equal(("same call", Limit), Assert.Single(_reports));
        _clock.Advance(Limit / 4);
        Assert.Equal(("next call", (Limit * 1.25) - TimeSpan.FromSeconds(1)), _reports[^1]);
    }

    [Fact]
    public void A_disposed_watch_arms_no_timer_again_though_a_notice_or_a_look_is_under_way()
    {
        var thread = new StubThread("busy") { Turn = 1 };
        _watch.ThreadBusy += (_, report) => _watch.Dispose();
        _watch.Notice(thread, 1);
        _clock.Advance(Limit);
        Assert.Single(_reports);
        Assert.Equal(0, _clock.ArmedTimers);

        _watch.Notice(thread, 2);
        Assert.Equal(0, _clock.ArmedTimers);
        _clock.Advance(Limit * 4);
        Assert.Single(_reports);
    }

    [Fact]
    public void A_disposed_watch_leaves_no_timer()
    {
        _watch.Notice(new StubThread("busy") { Turn = 1 }, 1);
        Assert.Equal(1, _clock.ArmedTimers);
        _watch.Dispose();
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void A_disposed_watch_leaves_the_others_in_place()
    {
        new BusyThreadWatch(new BusyThreadWatchOptions { Clock = new FakeClock() }).Dispose();
        BusyThreads.Notice(new StubThread("busy") { Turn = 1 }, 1);
        _clock.Advance(Limit);

        Assert.Equal(("busy", Limit), Assert.Single(_reports));
    }

    [Fact]
    public async Task A_disposed_watch_is_kept_by_nobody()
    {
        var watch = MakeAndDispose();
        await WaitUntil.CollectedAsync(() => !watch.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference MakeAndDispose()
        {
            var watch = new BusyThreadWatch(new BusyThreadWatchOptions { Clock = new FakeClock() });
            watch.Dispose();
            return new WeakReference(watch);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_executor_that_has_ended_is_kept_neither_by_a_watch_nor_by_a_disposed_one(bool isDisposed)
    {
        var worker = await UseAndEnd().WithDeadline();
        await WaitUntil.CollectedAsync(() => !worker.IsAlive);
        GC.KeepAlive(_watch);

        // The clock stands still: no look at the threads lets it go.
        [MethodImpl(MethodImplOptions.NoInlining)]
        async Task<WeakReference> UseAndEnd()
        {
            await using var threads = new DedicatedThreadCache(new DedicatedThreadOptions(
                "test", MaxThreads: 1, MaxQueueLength: 0, TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(10), TimeProvider.System));
            var worker = new SerialWorker(threads);
            using var hold = new Hold();
            worker.Submit(new Work(hold.Wait));
            await hold.Entered.WithDeadline();
            worker.Submit(new Work(() => { }));
            Assert.True(_clock.ArmedTimers > 0);
            if (isDisposed)
            {
                _watch.Dispose();
            }

            hold.Release();
            await worker.CompleteAsync().WithDeadline();
            return new WeakReference(worker);
        }
    }

    [Fact]
    public async Task Nor_is_a_blocked_caller_that_goes_on()
    {
        var pump = await OnThread.Run(Block);
        await WaitUntil.CollectedAsync(() => !pump.IsAlive);
        GC.KeepAlive(_watch);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Block()
        {
            var pump = new CurrentThreadExecutor(null);
            OnThread.Aside(() => Array.ForEach<Action>([() => { }, pump.Complete], action => pump.Submit(new Work(action))));
            pump.RunUntilCompleted();
            Assert.True(_clock.ArmedTimers > 0);
            return new WeakReference(pump);
        }
    }

    [Fact]
    public async Task Nor_is_the_queue_of_a_loop_that_has_ended()
    {
        var queue = UseAndEnd();
        await WaitUntil.CollectedAsync(() => !queue.IsAlive);
        GC.KeepAlive(_watch);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference UseAndEnd()
        {
            var loop = new EventLoop(EventLoopOptions.Default);
            var queue = new LoopQueue(maxQueuedCalls: 1);
            Assert.True(queue.TryAdd(new LoopItem(_ => { }, null)));
            Assert.True(queue.TryAdd(new LoopItem(_ => { }, null)));
            Assert.True(queue.Take(loop, out _));
            Assert.True(_clock.ArmedTimers > 0);
            Assert.True(queue.Take(loop, out _));
            queue.Stop();
            Assert.False(queue.Take(loop, out _));
            return new WeakReference(queue);
        }
    }

    [Fact]
    public void The_longest_limit_is_24_days()
    {
        var longest = TimeSpan.FromDays(24);
        new BusyThreadWatch(new BusyThreadWatchOptions { Limit = longest, Clock = _clock }).Dispose();
        new BusyThreadWatch(new BusyThreadWatchOptions { Limit = TimeSpan.FromTicks(1), Clock = _clock }).Dispose();
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new BusyThreadWatch(new BusyThreadWatchOptions { Limit = longest + TimeSpan.FromTicks(1), Clock = _clock }));
        Assert.Equal("options", error.ParamName);
        Assert.Equal(longest + TimeSpan.FromTicks(1), error.ActualValue);
    }

    [Fact]
    public void A_blocked_caller_that_was_never_given_a_call_has_nothing_to_tell()
    {
        var pump = new CurrentThreadExecutor(null);
        Assert.False(pump.TryLook(out _));
        Assert.Null(pump.DescribeHolder());
    }

    [Fact]
    public Task A_blocked_caller_tells_what_it_runs() => OnThread.Run(() =>
    {
        var pump = new CurrentThreadExecutor(null);
        string? told = null;
        var work = new Work(() =>
        {
            told = pump.DescribeHolder();
            pump.Complete();
        });
        OnThread.Aside(() => pump.Submit(work));
        pump.RunUntilCompleted();
        Assert.Equal($"Work has the caller_thread (managed thread {Environment.CurrentManagedThreadId})", told);
    });

    private sealed class StubThread(string function) : IBusyThread
    {
        public const string Name = "stub";

        public int Turn { get; set; }

        public string Executor => Name;

        public bool TryLook(out BusyThreadState state)
        {
            state = new BusyThreadState(Turn, 1, function, 1);
            return true;
        }

        public string? DescribeHolder() => null;
    }

    private sealed class Work(Action action) : IExecutorWork
    {
        public void Execute() => action();

        public void Refuse(Exception reason) => Assert.Fail("refused");
    }
}
