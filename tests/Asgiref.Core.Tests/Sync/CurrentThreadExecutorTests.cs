using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Tests.Sync;

public class CurrentThreadExecutorTests
{
    [Fact]
    [Covers("CTE-01")]
    public async Task Only_the_thread_that_made_it_may_run_it()
    {
        var pump = await OnThread.Run(() => new CurrentThreadExecutor(null));
        var error = Assert.Throws<InvalidOperationException>(pump.RunUntilCompleted);
        Assert.Equal("You cannot run CurrentThreadExecutor from a different thread.", error.Message);
    }

    [Fact]
    [Covers("CTE-02")]
    public Task A_submit_from_its_own_thread_is_refused() => OnThread.Run(() =>
    {
        var pump = new CurrentThreadExecutor(null);
        var error = Assert.Throws<InvalidOperationException>(() => pump.Submit(new Work(() => Assert.Fail("ran"))));
        Assert.Equal("You cannot submit onto CurrentThreadExecutor from its own thread.", error.Message);
        AsyncToSync.Run(async () => await SyncToAsync.Run(
            () => Assert.Throws<SyncDeadlockException>(() => { _ = SyncToAsync.Run(() => 1); })));
    });

    [Fact]
    [Covers("CTE-03", "CTE-04", "CTE-07", "CTE-09")]
    public Task Work_runs_in_order_on_the_owner_and_the_pump_ends_only_when_it_is_done_and_empty() => OnThread.Run(() =>
    {
        var pump = new CurrentThreadExecutor(null);
        var ran = new List<(int, Thread)>();
        SubmitFromAside(
            pump,
            new Work(() =>
            {
                ran.Add((1, Thread.CurrentThread));
                // Completed, but not empty yet.
                pump.Complete();
            }),
            new Work(() => ran.Add((2, Thread.CurrentThread))));
        pump.RunUntilCompleted();
        Assert.Equal([(1, Thread.CurrentThread), (2, Thread.CurrentThread)], ran);
        Assert.True(pump.HasEnded);

        var error = new TimeZoneNotFoundException();
        AsyncToSync.Run(async () =>
        {
            Assert.Same(error, await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => SyncToAsync.Run(() => throw error).AsTask()));
            Assert.Equal(1, await SyncToAsync.Run(() => 1));
        });
    });

    [Fact]
    [Covers("CTE-05", "CTE-06")]
    public Task Work_that_comes_after_the_end_goes_to_the_frame_outside_or_is_an_error() => OnThread.Run(() =>
    {
        var outer = new CurrentThreadExecutor(null);
        var inner = new CurrentThreadExecutor(outer);
        inner.Complete();
        inner.RunUntilCompleted();
        var ran = false;
        SubmitFromAside(inner, new Work(() => ran = true));
        outer.Complete();
        outer.RunUntilCompleted();
        Assert.True(ran);
        var error = Assert.Throws<InvalidOperationException>(() => inner.Submit(new Work(() => Assert.Fail("ran"))));
        Assert.Equal("CurrentThreadExecutor already quit or is broken: no frame of this call still waits.", error.Message);
    });

    [Fact]
    [Covers("CTE-05")]
    public Task A_frame_keeps_no_frame_that_had_ended_before_it() => OnThread.Run(() =>
    {
        var outer = new CurrentThreadExecutor(null);
        var ended = new CurrentThreadExecutor(outer);
        Assert.Same(outer, ended.Previous);
        ended.Complete();
        ended.RunUntilCompleted();

        Assert.Same(outer, new CurrentThreadExecutor(ended).Previous);
    });

    [Fact]
    [Covers("CTE-08", "CANC-03")]
    public async Task A_call_that_is_cancelled_before_its_turn_never_runs()
    {
        using var hold = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        await using var context = ThreadSensitiveContext.Enter();
        var running = SyncToAsync.Run(() => Assert.True(hold.Wait(Deadline.Default))).AsTask();
        var queued = SyncToAsync.Run(() => Assert.Fail("ran"), null, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.WithDeadline());
        Assert.True(queued.IsCanceled);
        hold.Set();
        await running.WithDeadline();
        await SyncToAsync.Run(() => { });
    }

    [Fact]
    [Covers("A2S-26", "A2S-27", "A2S-28", "CTE-05")]
    public Task A_task_that_outlives_its_frame_finds_the_frame_outside() => OnThread.Run(() =>
    {
        var found = AsyncToSync.Run(async () =>
        {
            var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<Thread>? task = null;
            await SyncToAsync.Run(() => AsyncToSync.Run(async () => await SyncToAsync.Run(() => AsyncToSync.Run(() =>
            {
                task = AsgiTask.Create(async () =>
                {
                    await goOn.Task;
                    return await SyncToAsync.Run(() => Thread.CurrentThread);
                });
                return Task.CompletedTask;
            }))));
            goOn.SetResult();
            return await task!;
        });
        Assert.Same(Thread.CurrentThread, found);
    });

    [Fact]
    [Covers("A2S-26", "CTE-05", "DEAD-04")]
    public Task A_task_that_outlives_its_frame_queues_behind_the_call_it_comes_from() => OnThread.Run(() =>
    {
        var ran = AsyncToSync.Run(async () =>
        {
            using var submitted = new ManualResetEventSlim();
            var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<int>? task = null;
            await SyncToAsync.Run(() =>
            {
                AsyncToSync.Run(() =>
                {
                    task = AsgiTask.Create(async () =>
                    {
                        await goOn.Task;
                        var call = SyncToAsync.Run(() => 1);
                        submitted.Set();
                        return await call;
                    });
                    return Task.CompletedTask;
                });
                goOn.SetResult();
                Assert.True(submitted.Wait(Deadline.Default), "refused");
            });
            return await task!;
        });
        Assert.Equal(1, ran);
    });

    [Fact]
    [Covers("A2S-29")]
    public async Task Two_tasks_of_two_frames_that_wait_for_each_other_do_not_hang()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            using var set = new ManualResetEventSlim();
            Task first = Task.CompletedTask;
            Task second = Task.CompletedTask;
            await SyncToAsync.Run(() => AsyncToSync.Run(() =>
            {
                first = AsgiTask.Create(async () => await SyncToAsync.Run(() => Assert.True(set.Wait(Deadline.Default)), SyncToAsyncOptions.Pooled));
                return Task.CompletedTask;
            }));
            await SyncToAsync.Run(() => AsyncToSync.Run(() =>
            {
                second = AsgiTask.Create(async () => await SyncToAsync.Run(set.Set));
                return Task.CompletedTask;
            }));
            await Task.WhenAll(first, second);
        }).WithDeadline();
    }

    [Fact]
    [Covers("A2S-30")]
    public async Task A_task_whose_frames_have_all_ended_uses_the_next_executor()
    {
        await using var loop = EventLoop.Start();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<string?>? task = null;
        await loop.RunAsync(async () => await SyncToAsync.Run(() => AsyncToSync.Run(() =>
        {
            task = AsgiTask.Create(async () =>
            {
                await goOn.Task;
                return await SyncToAsync.Run(() => Thread.CurrentThread.Name);
            });
            return Task.CompletedTask;
        }))).WithDeadline();
        goOn.SetResult();
        Assert.Equal("asgiref thread-sensitive", await task!.WithDeadline());
    }

    private static void SubmitFromAside(CurrentThreadExecutor pump, params Work[] works) =>
        OnThread.Aside(() => Array.ForEach(works, pump.Submit));

    private sealed class Work(Action action) : IExecutorWork
    {
        public void Execute() => action();

        public void Refuse(Exception reason) => Assert.Fail("refused");
    }
}
