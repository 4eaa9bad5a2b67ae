using System.Runtime.CompilerServices;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

/// <summary>What belongs to a loop, and what becomes of it when the loop ends (A2S-20).</summary>
public class LoopEndTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    [Covers("A2S-20")]
    public async Task The_end_cancels_what_is_left_and_waits_for_it_no_longer_than_the_stop_time_out()
    {
        var loop = EventLoop.Start(new EventLoopOptions { StopTimeout = TimeSpan.FromSeconds(5), Clock = _clock });
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = loop.RunAsync(async () =>
        {
            using var registration = AsgiCancellation.Token.Register(cancelled.SetResult);
            begun.SetResult();
            await never.Task;
        });
        await begun.Task.WithDeadline();

        var end = loop.DisposeAsync().AsTask();
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        await cancelled.Task.WithDeadline();
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(end.IsCompleted);
        Assert.True(loop.IsRunning);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await end.WithDeadline();
        Assert.False(loop.IsRunning);
        Assert.False(left.IsCompleted);
        Assert.Equal(0, _clock.ArmedTimers);
        never.SetResult();
        await left.WithDeadline();
    }

    [Fact]
    [Covers("A2S-20")]
    public async Task The_end_that_comes_in_time_leaves_no_timer()
    {
        var loop = EventLoop.Start(new EventLoopOptions { Clock = _clock });
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = loop.RunAsync(async () =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
        });
        await begun.Task.WithDeadline();

        await loop.DisposeAsync().WithDeadline();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WithDeadline());
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    [Covers("A2S-20")]
    public async Task A_task_that_ends_elsewhere_lets_the_waiting_loop_end()
    {
        var loop = EventLoop.Start(new EventLoopOptions { StopTimeout = TimeSpan.FromSeconds(5), Clock = _clock });
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = loop.RunAsync(async () =>
        {
            begun.SetResult(Thread.CurrentThread);
            await goOn.Task.ConfigureAwait(false);
        });
        var thread = await begun.Task.WithDeadline();
        var end = loop.DisposeAsync().AsTask();
        await _clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        await WaitUntil.HoldsAsync(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));

        goOn.SetResult();

        await end.WithDeadline();
        await left.WithDeadline();
    }

    [Fact]
    [Covers("A2S-20", "CANC-16")]
    public async Task A_task_sees_the_cancellation_of_its_creator()
    {
        await using var loop = EventLoop.Start();
        using var cancellation = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AsgiCancellation.Enter(cancellation.Token);
        var task = loop.RunAsync(async () =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
        });
        AsgiCancellation.Enter(CancellationToken.None);
        await begun.Task.WithDeadline();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WithDeadline());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_ended_task_leaves_nothing_with_the_loop(bool fails)
    {
        await using var loop = EventLoop.Start();
        var left = await Run();
        await WaitUntil.CollectedAsync(() => !left.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        async Task<WeakReference> Run()
        {
            WeakReference? registered = null;
            var task = loop.RunAsync(() =>
            {
                var listener = new object();
                AsgiCancellation.Token.Register(static _ => { }, listener);
                registered = new WeakReference(listener);
                return fails ? throw new TimeZoneNotFoundException() : Task.CompletedTask;
            });
            Assert.Equal(fails, await Record.ExceptionAsync(() => task.WithDeadline()) is TimeZoneNotFoundException);
            return registered!;
        }
    }

    [Fact]
    public Task Code_in_a_blocking_call_may_ask_its_loop_to_end_and_goes_on() => OnThread.Run(() =>
    {
        var (loop, result) = AsyncToSync.Run(async () =>
        {
            var loop = EventLoop.Current!;
            await loop.DisposeAsync();
            return (loop, await SyncToAsync.Run(() => 1));
        });
        Assert.Equal(1, result);
        Assert.False(loop.IsRunning);
    });

    [Fact]
    public async Task A_copy_of_a_loop_is_the_loop()
    {
        await using var loop = EventLoop.Start();
        Assert.Same(loop, loop.CreateCopy());
    }

    [Fact]
    public async Task On_its_thread_a_callback_finds_the_loop_whatever_the_one_before_has_left_there()
    {
        await using var loop = EventLoop.Start();
        loop.Post(static _ => SynchronizationContext.SetSynchronizationContext(new DeadContext()), null);
        var seen = new TaskCompletionSource<SynchronizationContext?>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => seen.SetResult(SynchronizationContext.Current), null);
        Assert.Same(loop, await seen.Task.WithDeadline());
    }

    [Fact]
    public async Task Its_thread_serves_others_afterwards_as_if_nothing_had_been()
    {
        await using var threads = new DedicatedThreadCache(new DedicatedThreadOptions(
            "test", MaxThreads: 1, MaxQueueLength: 1, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan, TimeSpan.FromMinutes(10), TimeProvider.System));
        var loop = EventLoop.Start(new EventLoopOptions { Threads = threads });
        await loop.RunAsync(() => Task.CompletedTask).WithDeadline();
        await loop.DisposeAsync().WithDeadline();

        var seen = new TaskCompletionSource<(EventLoop?, SynchronizationContext?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await threads.RunAsync(new Work(() => seen.SetResult((EventLoop.Current, SynchronizationContext.Current)))).WithDeadline();

        Assert.Equal((null, null), await seen.Task.WithDeadline());
        Assert.Equal(1, threads.ThreadCount);
    }

    private sealed class Work(Action action) : ThreadWork
    {
        protected override void Execute() => action();
    }
}
