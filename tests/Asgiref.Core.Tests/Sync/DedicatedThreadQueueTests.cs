using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

/// <summary>Work that waits for a thread of a <see cref="DedicatedThreadCache"/>, and what a cache leaves when it ends.</summary>
public sealed class DedicatedThreadQueueTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly Hold _hold = new();
    private readonly List<int> _ran = [];

    public void Dispose() => _hold.Dispose();

    [Fact]
    public async Task Each_waiting_work_has_its_own_time_out_and_so_has_one_that_comes_when_none_waits()
    {
        await using var cache = Cache();
        var held = await Occupy(cache);
        var early = Run(cache, 1);
        _clock.Advance(TimeSpan.FromSeconds(3));
        var late = Run(cache, 2);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<ThreadLimitException>(() => early.WithDeadline());
        Assert.False(late.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<ThreadLimitException>(() => late.WithDeadline());

        var next = Run(cache, 3);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ThreadLimitException>(() => next.WithDeadline());

        Assert.Equal(3, cache.RefusedCount);
        _hold.Release();
        await held.WithDeadline();
        Assert.Empty(_ran);
    }

    [Fact]
    public async Task Work_that_comes_after_a_refusal_does_not_put_off_the_next()
    {
        await using var cache = Cache();
        var held = await Occupy(cache);
        var early = Run(cache, 1);
        _clock.Advance(TimeSpan.FromSeconds(3));
        var late = Run(cache, 2);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<ThreadLimitException>(() => early.WithDeadline());
        var last = Run(cache, 3);
        _clock.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<ThreadLimitException>(() => late.WithDeadline());
        Assert.False(last.IsCompleted);
        _hold.Release();
        await Task.WhenAll(held, last).WithDeadline();
    }

    [Theory]
    [Covers("CANC-03")]
    [InlineData(1, "2 3 4")]
    [InlineData(2, "1 3 4")]
    [InlineData(3, "1 2 4")]
    public async Task Cancelled_at_any_place_of_the_queue_it_leaves_the_others_their_order(int cancelled, string ran)
    {
        await using var cache = Cache();
        var held = await Occupy(cache);
        using var cancellation = new CancellationTokenSource();
        var waiting = Enumerable.Range(1, 3).Select(i => Run(cache, i, i == cancelled ? cancellation.Token : default)).ToList();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[cancelled - 1].WithDeadline());
        waiting[cancelled - 1] = Run(cache, 4);
        _hold.Release();

        await Task.WhenAll([held, .. waiting]).WithDeadline();
        Assert.Equal(ran, string.Join(' ', _ran));
    }

    [Fact]
    public async Task Work_that_went_before_takes_no_place_in_the_queue()
    {
        await using var cache = Cache();
        for (var i = 0; i < 5; i++)
        {
            await Run(cache, i).WithDeadline();
            await WaitUntil.HoldsAsync(() => cache.IdleCount == 1);
        }

        var held = await Occupy(cache);
        var waiting = Enumerable.Range(5, 3).Select(i => Run(cache, i)).ToList();
        var error = await Assert.ThrowsAsync<ThreadLimitException>(() => Run(cache, 8));
        Assert.Equal("test: all 1 threads are busy and 3 pieces of work wait already.", error.Message);
        _hold.Release();

        await Task.WhenAll([held, .. waiting]).WithDeadline();
        Assert.Equal(Enumerable.Range(0, 8), _ran);
        Assert.Equal(1, cache.ThreadCount);
    }

    [Fact]
    public async Task A_limit_that_the_work_itself_meets_is_not_counted_as_the_caches()
    {
        await using var cache = Cache();
        var held = await Occupy(cache);
        var error = new ThreadLimitException("of the work");
        var waiting = cache.RunAsync(new Work(() => throw error)).AsTask();
        _hold.Release();

        Assert.Same(error, await Assert.ThrowsAsync<ThreadLimitException>(() => waiting.WithDeadline()));
        await held.WithDeadline();
        Assert.Equal(0, cache.RefusedCount);
    }

    [Fact]
    public async Task A_cache_without_threads_ends_at_once() =>
        await Cache(TimeSpan.FromDays(1)).DisposeAsync().WithDeadline();

    [Fact]
    public async Task A_cache_leaves_no_timer_and_no_idle_thread()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        await Run(cache, 1).WithDeadline();
        await WaitUntil.HoldsAsync(() => cache.IdleCount == 1);
        Assert.Equal(1, _clock.ArmedTimers);
        await cache.DisposeAsync().WithDeadline();
        Assert.Equal((0, 0), (cache.IdleCount, cache.ThreadCount));
        // The timer of the end's own wait goes a moment after it.
        await WaitUntil.HoldsAsync(() => _clock.ArmedTimers == 0);

        cache = Cache(TimeSpan.FromDays(1));
        var held = await Occupy(cache);
        var waiting = Run(cache, 2);
        Assert.Equal(1, _clock.ArmedTimers);
        var end = cache.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WithDeadline());
        _hold.Release();
        await held.WithDeadline();
        await end.WithDeadline();
        await WaitUntil.HoldsAsync(() => _clock.ArmedTimers == 0);
    }

    [Fact]
    public async Task The_end_waits_for_running_work_also_if_there_was_a_time_without_threads()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        await Run(cache, 1).WithDeadline();
        await WaitUntil.HoldsAsync(() => cache.IdleCount == 1);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await WaitUntil.HoldsAsync(() => cache.ThreadCount == 0);
        var held = await Occupy(cache);

        var end = cache.DisposeAsync().AsTask();

        Assert.False(end.IsCompleted);
        _hold.Release();
        await held.WithDeadline();
        await end.WithDeadline();
    }

    private DedicatedThreadCache Cache(TimeSpan? stopTimeout = null) => new(new DedicatedThreadOptions(
        "test",
        MaxThreads: 1,
        MaxQueueLength: 3,
        QueueTimeout: TimeSpan.FromSeconds(5),
        IdleLifetime: TimeSpan.FromSeconds(30),
        // A test that has failed may have left a thread behind.
        StopTimeout: stopTimeout ?? TimeSpan.Zero,
        _clock));

    private async Task<Task> Occupy(DedicatedThreadCache cache)
    {
        var held = cache.RunAsync(new Work(_hold.Wait)).AsTask();
        await _hold.Entered.WithDeadline();
        return held;
    }

    private Task Run(DedicatedThreadCache cache, int number, CancellationToken token = default) =>
        cache.RunAsync(new Work(() => _ran.Add(number)), token).AsTask();

    private sealed class Work(Action action) : ThreadWork
    {
        protected override void Execute() => action();
    }
}
