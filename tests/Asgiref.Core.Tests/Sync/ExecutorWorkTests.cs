using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Threads;
using Asgiref.Core.Sync.Work;
using Asgiref.Core.Tests.Sync.Diagnostics;

namespace Asgiref.Core.Tests.Sync;

/// <summary>A call in the hands of a user's executor (SYNC-06).</summary>
public class ExecutorWorkTests
{
    [Fact]
    [Covers("SYNC-06")]
    public async Task A_refused_call_ends_with_the_reason_as_the_same_object()
    {
        var reason = new TimeZoneNotFoundException();
        var executor = new KeepingExecutor();
        var call = SyncToAsync.Run(() => Assert.Fail("ran"), executor.Options).AsTask();
        executor.Work!.Refuse(reason);

        Assert.Same(reason, await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => call.WithDeadline()));
        executor.Work.Execute();
    }

    [Fact]
    [Covers("SYNC-06")]
    public async Task A_call_runs_once_however_often_it_is_taken()
    {
        var executor = new KeepingExecutor();
        var calls = 0;
        var call = SyncToAsync.Run(() => ++calls, executor.Options);
        executor.Work!.Execute();
        executor.Work.Execute();
        executor.Work.Refuse(new TimeZoneNotFoundException());

        Assert.Equal(1, await call.AsTask().WithDeadline());
        Assert.Equal(1, calls);
    }

    [Fact]
    [Covers("CANC-03")]
    public async Task A_call_has_begun_when_it_is_taken_or_never_will_be()
    {
        using var cancellation = new CancellationTokenSource();
        var options = new KeepingExecutor().Options;
        var (taken, dropped) = (new ActionWork(() => { }), new ActionWork(() => Assert.Fail("ran")));
        taken.Submit(options, CancellationToken.None);
        dropped.Submit(options, cancellation.Token);
        Assert.Equal((false, false), (taken.HasBegun, dropped.HasBegun));

        taken.Execute();
        await cancellation.CancelAsync();

        Assert.Equal((true, true), (taken.HasBegun, dropped.HasBegun));
    }

    [Fact]
    [Covers("SYNC-06")]
    public Task An_executor_that_takes_nothing_lets_the_caller_know_at_once() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        using var cancellation = new CancellationTokenSource();
        var error = new TimeZoneNotFoundException();
        var executor = new KeepingExecutor { Error = error };

        Assert.Same(error, Assert.Throws<TimeZoneNotFoundException>(
            () => { _ = SyncToAsync.Run(() => Assert.Fail("ran"), executor.Options, cancellation.Token); }));

        Assert.Equal(["asgiref.calls.queued +1 custom", "asgiref.calls.queued -1 custom"], recorder.Take());
    });

    [Fact]
    [Covers("CANC-03")]
    public async Task A_call_whose_token_has_fired_already_comes_to_no_executor()
    {
        var executor = new KeepingExecutor();
        var call = SyncToAsync.Run(() => Assert.Fail("ran"), executor.Options, new CancellationToken(canceled: true)).AsTask();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.Null(executor.Work);
    }

    [Fact]
    public Task A_blocking_call_that_gets_no_loop_does_not_stay_counted() => OnThread.Run(() =>
    {
        var threads = new DedicatedThreadCache(new DedicatedThreadOptions(
            "test", MaxThreads: 1, MaxQueueLength: 0, TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(10), TimeProvider.System)
        {
            Starter = _ => throw new OutOfMemoryException(),
        });
        using var recorder = new InstrumentRecorder();
        var options = new AsyncToSyncOptions { NewLoop = new EventLoopOptions { Threads = threads } };

        Assert.Throws<ThreadLimitException>(() => AsyncToSync.Run(() => Task.CompletedTask, options));

        Assert.Equal(["asgiref.calls.queued +1 loop_thread", "asgiref.calls.queued -1 loop_thread"], recorder.Take());
    });

    [Fact]
    public async Task The_caller_of_a_call_on_a_thread_of_its_own_does_not_go_on_there()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var hold = new Hold();
        var awaiter = SyncToAsync.Run(hold.Wait).ConfigureAwait(false).GetAwaiter();
        var wentOn = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        awaiter.UnsafeOnCompleted(() => wentOn.SetResult(Thread.CurrentThread));
        await hold.Entered.WithDeadline();
        hold.Release();

        Assert.True((await wentOn.Task.WithDeadline()).IsThreadPoolThread);
    }

    [Fact]
    [Covers("CANC-01")]
    public Task Who_cancels_a_call_does_not_run_what_its_caller_does_next() => OnThread.Run(() =>
    {
        using var cancellation = new CancellationTokenSource();
        using var wentOn = new ManualResetEventSlim();
        Thread? thread = null;
        var awaiter = SyncToAsync.Run(() => { }, new KeepingExecutor().Options, cancellation.Token).ConfigureAwait(false).GetAwaiter();
        awaiter.UnsafeOnCompleted(() =>
        {
            thread = Thread.CurrentThread;
            wentOn.Set();
        });
        cancellation.Cancel();

        Assert.True(wentOn.Wait(Deadline.Default));
        Assert.NotSame(Thread.CurrentThread, thread);
    });

    /// <summary>Keeps the last call for the test.</summary>
    private sealed class KeepingExecutor : IWorkExecutor
    {
        public Exception? Error { get; init; }

        public IExecutorWork? Work { get; private set; }

        public SyncToAsyncOptions Options => SyncToAsyncOptions.Pooled with { Executor = this };

        public void Submit(IExecutorWork work) => Work = Error is null ? work : throw Error;
    }
}
