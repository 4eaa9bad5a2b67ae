using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

public class DedicatedThreadCacheTests
{
    private static readonly DedicatedThreadOptions Options = new(
        "test",
        MaxThreads: 2,
        MaxQueueLength: 3,
        QueueTimeout: TimeSpan.FromSeconds(5),
        IdleLifetime: TimeSpan.FromSeconds(30),
        // Short, because a test that has failed may have left a thread behind.
        StopTimeout: TimeSpan.FromSeconds(1),
        TimeProvider.System);

    [Fact]
    public async Task Threads_start_when_needed_are_named_background_threads_and_are_used_again()
    {
        await using var cache = new DedicatedThreadCache(Options);
        var threads = new List<Thread>();
        Assert.Equal(0, cache.ThreadCount);

        for (var i = 0; i < 3; i++)
        {
            await cache.RunAsync(new Work(() => threads.Add(Thread.CurrentThread))).WithDeadline();
        }

        Assert.Single(threads.Distinct());
        Assert.Equal("test", threads[0].Name);
        Assert.True(threads[0].IsBackground);
        Assert.False(threads[0].IsThreadPoolThread);
        Assert.Equal(1, cache.ThreadCount);
    }

    [Fact]
    public async Task Work_beyond_the_thread_bound_waits_and_runs_in_the_order_it_came()
    {
        await using var cache = new DedicatedThreadCache(Options with { MaxThreads = 1 });
        using var gate = new Gate();
        var order = new List<int>();

        var held = cache.RunAsync(gate.Work).AsTask();
        await gate.Entered.WithDeadline();
        var waiting = Enumerable.Range(1, 3).Select(i => cache.RunAsync(new Work(() => order.Add(i))).AsTask()).ToList();
        gate.Open();

        await held.WithDeadline();
        await Task.WhenAll(waiting).WithDeadline();
        Assert.Equal([1, 2, 3], order);
        Assert.Equal(1, cache.ThreadCount);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        await using var cache = new DedicatedThreadCache(Options with { MaxThreads = 1, MaxQueueLength = 1 });
        using var gate = new Gate();
        var held = cache.RunAsync(gate.Work).AsTask();
        await gate.Entered.WithDeadline();
        var waiting = cache.RunAsync(new Work(() => { })).AsTask();

        var error = await Assert.ThrowsAsync<ThreadLimitException>(() => cache.RunAsync(new Work(() => Assert.Fail("ran"))).AsTask());
        Assert.Equal("test: all 1 threads are busy and 1 pieces of work wait already.", error.Message);
        Assert.Equal(1, cache.RefusedCount);

        gate.Open();
        await Task.WhenAll(held, waiting).WithDeadline();
    }

    [Fact]
    public async Task Each_waiting_work_has_its_own_time_out()
    {
        var clock = new FakeClock();
        await using var cache = new DedicatedThreadCache(Options with { MaxThreads = 1, Clock = clock });
        using var gate = new Gate();
        var held = cache.RunAsync(gate.Work).AsTask();
        await gate.Entered.WithDeadline();
        var early = cache.RunAsync(new Work(() => Assert.Fail("ran"))).AsTask();
        clock.Advance(TimeSpan.FromSeconds(3));
        var late = cache.RunAsync(new Work(() => { })).AsTask();

        clock.Advance(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<ThreadLimitException>(() => early.WithDeadline());
        Assert.Equal("test: none of the 1 threads became free within 5 s.", error.Message);
        Assert.Equal(1, cache.RefusedCount);
        Assert.False(late.IsCompleted);
        gate.Open();
        await Task.WhenAll(held, late).WithDeadline();
    }

    [Fact]
    [Covers("CANC-03")]
    public async Task Cancelled_while_waiting_it_never_runs()
    {
        await using var cache = new DedicatedThreadCache(Options with { MaxThreads = 1 });
        using var gate = new Gate();
        using var cancel = new CancellationTokenSource();
        var held = cache.RunAsync(gate.Work).AsTask();
        await gate.Entered.WithDeadline();
        var waiting = cache.RunAsync(new Work(() => Assert.Fail("ran")), cancel.Token).AsTask();

        await cancel.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WithDeadline());
        Assert.Equal(cancel.Token, error.CancellationToken);
        // Nobody refused it.
        Assert.Equal(0, cache.RefusedCount);
        gate.Open();
        await held.WithDeadline();
    }

    [Fact]
    public async Task Idle_threads_end_after_their_lifetime_and_the_one_used_last_stays()
    {
        var clock = new FakeClock();
        await using var cache = new DedicatedThreadCache(Options with { Clock = clock });
        using var first = new Gate();
        using var second = new Gate();
        var both = Task.WhenAll(cache.RunAsync(first.Work).AsTask(), cache.RunAsync(second.Work).AsTask());
        first.Open();
        second.Open();
        await both.WithDeadline();
        await RestAsync(cache, 2);
        clock.Advance(TimeSpan.FromSeconds(20));
        var worker = default(Thread);
        await cache.RunAsync(new Work(() => worker = Thread.CurrentThread)).WithDeadline();
        await RestAsync(cache, 2);
        var other = first.Thread == worker ? second.Thread : first.Thread;

        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(other!.Join(Deadline.Default));
        Assert.Equal(1, cache.ThreadCount);

        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.True(worker!.Join(Deadline.Default));
        Assert.Equal(0, cache.ThreadCount);
        await cache.RunAsync(new Work(() => { })).WithDeadline();
    }

    [Fact]
    [Covers("EXC-01")]
    public async Task An_exception_comes_out_as_the_same_object_and_the_thread_goes_on()
    {
        await using var cache = new DedicatedThreadCache(Options with { MaxThreads = 1 });
        var cause = new InvalidDataException();

        Assert.Same(cause, await Assert.ThrowsAsync<InvalidDataException>(() => cache.RunAsync(new Work(() => throw cause)).AsTask().WithDeadline()));

        await cache.RunAsync(new Work(() => { })).WithDeadline();
        Assert.Equal(1, cache.ThreadCount);
    }

    [Fact]
    [Covers("CTX-01")]
    public async Task Work_runs_under_its_callers_context_and_a_suppressed_flow_gives_an_empty_one()
    {
        await using var cache = new DedicatedThreadCache(Options with { MaxThreads = 1 });
        var local = new AsyncLocal<string?> { Value = "caller" };
        var seen = new List<string?>();
        void Look()
        {
            seen.Add(local.Value);
            local.Value = "leaked";
        }

        await cache.RunAsync(new Work(Look)).WithDeadline();
        Task suppressed;
        using (ExecutionContext.SuppressFlow())
        {
            suppressed = cache.RunAsync(new Work(Look)).AsTask();
        }

        await suppressed.WithDeadline();
        Assert.Equal(["caller", null], seen);
    }

    [Fact]
    public async Task Disposal_refuses_what_waits_lets_running_work_end_and_then_its_thread()
    {
        var cache = new DedicatedThreadCache(Options with { MaxThreads = 1, StopTimeout = TimeSpan.FromMinutes(1) });
        using var gate = new Gate();
        var held = cache.RunAsync(gate.Work).AsTask();
        var waiting = cache.RunAsync(new Work(() => Assert.Fail("ran"))).AsTask();
        await gate.Entered.WithDeadline();

        var disposal = cache.DisposeAsync().AsTask();

        Assert.Equal("test", (await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WithDeadline())).ObjectName);
        Assert.False(disposal.IsCompleted);
        gate.Open();
        await held.WithDeadline();
        await disposal.WithDeadline();
        Assert.True(gate.Thread!.Join(Deadline.Default));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.RunAsync(new Work(() => { })).AsTask());
    }

    [Fact]
    public async Task Disposal_waits_for_running_work_only_up_to_the_stop_time_out()
    {
        var clock = new FakeClock();
        var cache = new DedicatedThreadCache(Options with { StopTimeout = TimeSpan.FromMinutes(1), Clock = clock });
        using var gate = new Gate();
        var held = cache.RunAsync(gate.Work).AsTask();
        await gate.Entered.WithDeadline();

        var disposal = cache.DisposeAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(disposal.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        await disposal.WithDeadline();
        Assert.False(held.IsCompleted);
        gate.Open();
        await held.WithDeadline();
        Assert.True(gate.Thread!.Join(Deadline.Default));
    }

    [Fact]
    public async Task A_thread_that_the_system_refuses_refuses_its_work_as_a_limit_and_takes_no_place()
    {
        var refused = new OutOfMemoryException();
        var refuse = true;
        await using var cache = new DedicatedThreadCache(Options with
        {
            MaxThreads = 1,
            Starter = thread =>
            {
                if (refuse)
                {
                    throw refused;
                }

                thread.UnsafeStart();
            },
        });

        var error = await Assert.ThrowsAsync<ThreadLimitException>(() => cache.RunAsync(new Work(() => Assert.Fail("ran"))).AsTask());
        Assert.Same(refused, error.InnerException);
        Assert.Equal("test: the system gives no further thread.", error.Message);
        Assert.Equal(0, cache.ThreadCount);
        Assert.Equal(1, cache.RefusedCount);

        refuse = false;
        await cache.RunAsync(new Work(() => { })).WithDeadline();
    }

    [Fact]
    public async Task Work_whose_thread_took_that_of_a_thread_that_never_started_still_has_its_time_out()
    {
        var clock = new FakeClock();
        using var gate = new Gate();
        var starting = new TaskCompletionSource();
        var starts = 0;
        await using var cache = new DedicatedThreadCache(Options with
        {
            Clock = clock,
            Starter = thread =>
            {
                if (Interlocked.Increment(ref starts) == 1)
                {
                    starting.SetResult();
                    BlockingWait.For(new ValueTask(gate.Entered.WithDeadline()));
                    throw new OutOfMemoryException();
                }

                thread.UnsafeStart();
            },
        });

        var placing = Task.Factory.StartNew(
            () => cache.RunAsync(gate.Work).AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await starting.Task.WithDeadline();
        var stranded = cache.RunAsync(new Work(() => Assert.Fail("ran"))).AsTask();
        var held = await placing.WithDeadline();
        clock.Advance(Options.QueueTimeout);

        await Assert.ThrowsAsync<ThreadLimitException>(() => stranded.WithDeadline());
        Assert.Equal(1, cache.ThreadCount);
        gate.Open();
        await held.WithDeadline();
    }

    [Fact]
    public async Task A_thread_that_never_started_puts_no_time_out_on_work_whose_thread_is_on_its_way()
    {
        var clock = new FakeClock();
        Thread? late = null;
        await using var cache = new DedicatedThreadCache(Options with
        {
            StopTimeout = TimeSpan.Zero,
            Clock = clock,
            Starter = thread => late = late is null ? thread : throw new OutOfMemoryException(),
        });
        var first = cache.RunAsync(new Work(() => { })).AsTask();
        await Assert.ThrowsAsync<ThreadLimitException>(() => cache.RunAsync(new Work(() => Assert.Fail("ran"))).AsTask());
        Assert.Equal(0, clock.ArmedTimers);

        clock.Advance(Options.QueueTimeout);
        late!.UnsafeStart();
        await first.WithDeadline();
    }

    [Fact]
    public async Task Work_that_a_thread_is_on_its_way_to_takes_no_place_of_what_may_wait()
    {
        Thread? late = null;
        await using var cache = new DedicatedThreadCache(Options with
        {
            MaxThreads = 1,
            MaxQueueLength = 1,
            StopTimeout = TimeSpan.Zero,
            Clock = new FakeClock(),
            Starter = thread => late = thread,
        });
        var first = cache.RunAsync(new Work(() => { })).AsTask();
        var second = cache.RunAsync(new Work(() => { })).AsTask();
        var error = await Assert.ThrowsAsync<ThreadLimitException>(() => cache.RunAsync(new Work(() => Assert.Fail("ran"))).AsTask());
        Assert.Equal("test: all 1 threads are busy and 1 pieces of work wait already.", error.Message);

        late!.UnsafeStart();
        await Task.WhenAll(first, second).WithDeadline();
    }

    /// <summary>A thread rests a moment after its work has ended.</summary>
    private static Task RestAsync(DedicatedThreadCache cache, int threads) => WaitUntil.HoldsAsync(() => cache.IdleCount == threads);

    private sealed class Work(Action action) : ThreadWork
    {
        protected override void Execute() => action();
    }

    /// <summary>Work that holds its thread until it is let go, or until the test has ended, as a failed one does.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Gate() => Work = new Work(() =>
        {
            Thread = Thread.CurrentThread;
            _entered.SetResult();
            Assert.True(_open.Wait(Deadline.Default));
        });

        public Work Work { get; }

        public Task Entered => _entered.Task;

        public Thread? Thread { get; private set; }

        public void Open() => _open.Set();

        public void Dispose() => Open();
    }
}
