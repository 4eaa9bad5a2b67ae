using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

public class CancellationTests
{
    [Fact]
    [Covers("CANC-01")]
    public async Task Cancelling_ends_the_await_at_once_and_the_function_runs_on_unobserved()
    {
        using var hold = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        await using var context = ThreadSensitiveContext.Enter();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ranOn = false;
        var call = SyncToAsync.Run(
            () =>
            {
                started.SetResult();
                Assert.True(hold.Wait(Deadline.Default));
                ranOn = true;
                throw new TimeZoneNotFoundException();
            },
            null,
            cancellation.Token).AsTask();
        await started.Task.WithDeadline();

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.Equal(new OperationCanceledException().Message, error.Message);
        Assert.True(call.IsCanceled);
        Assert.False(ranOn);
        hold.Set();
        await SyncToAsync.Run(() => { }).AsTask().WithDeadline();
        Assert.True(ranOn);
    }

    [Fact]
    [Covers("CANC-01")]
    public async Task So_it_does_when_the_function_has_gone_on_after_a_blocking_call()
    {
        using var hold = new Hold();
        using var cancellation = new CancellationTokenSource();
        var call = SyncToAsync.Run(
            () =>
            {
                AsyncToSync.Run(() => Task.CompletedTask);
                hold.Wait();
            },
            SyncToAsyncOptions.Pooled,
            cancellation.Token).AsTask();
        await hold.Entered.WithDeadline();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
    }

    [Fact]
    [Covers("CANC-03")]
    public async Task A_call_cancelled_before_it_ran_is_named_in_what_its_caller_gets()
    {
        using var cancellation = new CancellationTokenSource();
        var options = SyncToAsyncOptions.Pooled with { Executor = new TaskSchedulerExecutor(new NeverScheduler()) };
        var call = SyncToAsync.Run(NeverRuns, options, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => call.WithDeadline());
        // The executor is the user's: nobody knows who has its threads.
        Assert.Matches(@"^CancellationTests\.\S*NeverRuns\S* was cancelled before it ran\.$", error.Message);
        Assert.Equal(cancellation.Token, error.CancellationToken);

        static void NeverRuns() => Assert.Fail("ran");
    }

    [Fact]
    [Covers("CTX-03", "CANC-01")]
    public async Task What_a_function_changes_after_its_call_was_cancelled_does_not_come_back_even_if_it_has_ended()
    {
        var local = new AsyncLocal<string> { Value = "caller" };
        using var cancellation = new CancellationTokenSource();
        await using var context = ThreadSensitiveContext.Enter();
        var call = SyncToAsync.Run(
            () =>
            {
                cancellation.Cancel();
                local.Value = "function";
            },
            null,
            cancellation.Token);
        // Behind the call on its thread: now the function has ended, and nobody has looked at the outcome yet.
        await SyncToAsync.Run(() => { }).AsTask().WithDeadline();
        var isCancelled = false;
        try
        {
            await call;
        }
        catch (OperationCanceledException)
        {
            isCancelled = true;
        }

        Assert.True(isCancelled);
        Assert.Equal("caller", local.Value);
    }

    [Fact]
    [Covers("CANC-02")]
    public async Task A_time_out_around_a_slow_call_returns_before_the_call()
    {
        using var hold = new ManualResetEventSlim();
        await using var context = ThreadSensitiveContext.Enter();
        var call = SyncToAsync.Run(() => Assert.True(hold.Wait(Deadline.Default))).AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TimeSpan.FromMilliseconds(1)));
        hold.Set();
        await call.WithDeadline();
    }

    [Fact]
    [Covers("CANC-04", "CANC-08", "CANC-12", "CANC-16")]
    public async Task A_cancellation_goes_to_what_the_function_waits_for_and_out_through_it()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new List<string>();
        var call = SyncToAsync.Run(
            () =>
            {
                try
                {
                    AsyncToSync.Run(async () =>
                    {
                        try
                        {
                            waiting.SetResult();
                            await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
                        }
                        finally
                        {
                            await Task.Yield();
                            seen.Add("inner");
                        }
                    });
                }
                catch (OperationCanceledException)
                {
                    seen.Add("function");
                    throw;
                }
            },
            null,
            cancellation.Token).AsTask();
        await waiting.Task.WithDeadline();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.True(call.IsCanceled);
        Assert.Equal(["inner", "function"], seen);
        Assert.Equal(1, await SyncToAsync.Run(() => 1).AsTask().WithDeadline());
    }

    [Fact]
    [Covers("CANC-05", "CANC-06", "CANC-07", "CANC-13", "CANC-14")]
    public async Task Shielded_work_below_several_layers_finishes_and_gives_its_result()
    {
        using var cancellation = new CancellationTokenSource();
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        string SyncLayer() => AsyncToSync.Run(AsyncLayer);
        async Task<string> AsyncLayer() => await SyncToAsync.Run(() => AsyncToSync.Run(Inner));
        async Task<string> Inner()
        {
            var job = AsgiCancellation.Shield(async () => await SyncToAsync.Run(() => AsyncToSync.Run(Job)));
            try
            {
                return await job.WaitAsync(AsgiCancellation.Token);
            }
            catch (OperationCanceledException)
            {
                reached.SetResult();
                return await job;
            }
        }

        async Task<string> Job()
        {
            working.SetResult();
            await goOn.Task;
            AsgiCancellation.Token.ThrowIfCancellationRequested();
            return "done";
        }

        var call = SyncToAsync.Run(SyncLayer, null, cancellation.Token).AsTask();
        await working.Task.WithDeadline();
        await cancellation.CancelAsync();
        await cancellation.CancelAsync();
        await reached.Task.WithDeadline();
        Assert.False(call.IsCompleted);
        goOn.SetResult();

        Assert.Equal("done", await call.WithDeadline());
    }

    [Fact]
    [Covers("CANC-05")]
    public async Task A_function_that_was_blocked_when_the_token_fired_gives_its_result_however_soon_it_goes_on()
    {
        using var cancellation = new CancellationTokenSource();
        using var returned = new ManualResetEventSlim();
        using var told = new ManualResetEventSlim();
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = SyncToAsync.Run(
            () =>
            {
                AsyncToSync.Run(async () =>
                {
                    var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    // A token tells the last who listens first: the call itself is told when the function is out of AsyncToSync.
                    _ = AsgiCancellation.Token.Register(() =>
                    {
                        ended.SetResult();
                        Assert.True(returned.Wait(Deadline.Default));
                    });
                    waiting.SetResult();
                    await ended.Task;
                });
                returned.Set();
                Assert.True(told.Wait(Deadline.Default));
                return "done";
            },
            SyncToAsyncOptions.Pooled,
            cancellation.Token).AsTask();
        await waiting.Task.WithDeadline();

        await cancellation.CancelAsync().WithDeadline();
        told.Set();

        Assert.Equal("done", await call.WithDeadline());
    }

    [Fact]
    [Covers("CANC-09")]
    public async Task A_call_that_has_ended_keeps_its_outcome_when_a_cancellation_comes_late()
    {
        using var cancellation = new CancellationTokenSource();
        var call = SyncToAsync.Run(() => 1, null, cancellation.Token);
        await WaitUntil.HoldsAsync(() => call.GetAwaiter().IsCompleted);

        await cancellation.CancelAsync();
        Assert.Equal(1, await call);
    }

    [Fact]
    [Covers("CANC-10", "MAP-11")]
    public async Task A_function_that_throws_a_cancellation_ends_its_await_cancelled_and_breaks_nothing()
    {
        var call = SyncToAsync.Run(() => throw new OperationCanceledException()).AsTask();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.True(call.IsCanceled);
        var pooled = SyncToAsync.Run(int () => throw new TaskCanceledException(), SyncToAsyncOptions.Pooled).AsTask();
        await Assert.ThrowsAsync<TaskCanceledException>(() => pooled.WithDeadline());
        Assert.True(pooled.IsCanceled);
        Assert.Equal(1, await SyncToAsync.Run(() => 1).AsTask().WithDeadline());
    }

    [Fact]
    [Covers("MAP-11")]
    public async Task Tasks_that_throw_a_cancellation_end_cancelled_on_a_loop_and_in_a_context()
    {
        await using var loop = EventLoop.Start();
        var tasks = new[]
        {
            loop.RunAsync(async () => throw new OperationCanceledException()),
            loop.RunAsync(Task () => throw new OperationCanceledException()),
            AsgiTask.Create(async () => throw new OperationCanceledException()),
            AsgiTask.Create(async AsgiTask () => throw new OperationCanceledException(), CallContext.Capture()),
        };
        foreach (var task in tasks)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WithDeadline());
            Assert.True(task.IsCanceled);
        }
    }

    [Fact]
    [Covers("CANC-13")]
    public async Task All_that_a_blocked_function_waits_for_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        using var waiting = new CountdownEvent(2);
        var bothWait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = 0;
        var call = SyncToAsync.Run(
            () => AsyncToSync.Run(() => Task.WhenAll(AsgiTask.Create(WaitAsync), AsgiTask.Create(WaitAsync))), null, cancellation.Token).AsTask();
        await bothWait.Task.WithDeadline();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        Assert.Equal(2, cancelled);

        async Task WaitAsync()
        {
            if (waiting.Signal())
            {
                bothWait.SetResult();
            }

            try
            {
                await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
            }
            finally
            {
                Interlocked.Increment(ref cancelled);
            }
        }
    }

    [Fact]
    [Covers("CANC-15")]
    public async Task What_a_left_function_throws_is_reported_nowhere()
    {
        var noise = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> onUnobserved = (_, failure) => Note(failure.Exception.InnerException);
        EventHandler<UnhandledExceptionEventArgs> onCallback = (_, failure) => Note((Exception)failure.ExceptionObject);
        TaskScheduler.UnobservedTaskException += onUnobserved;
        EventLoop.CallbackFailed += onCallback;
        try
        {
            await using var loop = EventLoop.Start();
            await loop.RunAsync(LeaveAsync).WithDeadline();
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Yield();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= onUnobserved;
            EventLoop.CallbackFailed -= onCallback;
        }

        Assert.Empty(noise);

        void Note(Exception? error)
        {
            if (error is LeftException)
            {
                noise.Add(error);
            }
        }

        static async Task LeaveAsync()
        {
            using var cancellation = new CancellationTokenSource();
            using var hold = new Hold();
            await using var context = ThreadSensitiveContext.Enter();
            var call = SyncToAsync.Run(
                () =>
                {
                    hold.Wait();
                    throw new LeftException();
                },
                null,
                cancellation.Token).AsTask();
            await hold.Entered;
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            hold.Release();
            await SyncToAsync.Run(() => { });
        }
    }

    [Fact]
    [Covers("CANC-11")]
    public Task An_asynchronous_function_that_throws_a_cancellation_gives_it_to_the_caller() => OnThread.Run(() =>
    {
        var error = new OperationCanceledException();
        Assert.Same(error, Assert.Throws<OperationCanceledException>(() => AsyncToSync.Run(async Task () =>
        {
            await Task.Yield();
            throw error;
        })));
    });

    [Fact]
    [Covers("CANC-16")]
    public Task A_given_token_and_the_ambient_one_both_reach_the_function() => OnThread.Run(() =>
    {
        using var ambient = new CancellationTokenSource();
        using var given = new CancellationTokenSource();
        AsgiCancellation.Enter(ambient.Token);
        given.Cancel();
        Assert.True(AsyncToSync.Run(() => Task.FromResult(AsgiCancellation.Token.IsCancellationRequested), null, given.Token));
        Assert.False(AsyncToSync.Run(() => Task.FromResult(AsgiCancellation.Token.IsCancellationRequested)));
        ambient.Cancel();
        Assert.True(AsyncToSync.Run(() => Task.FromResult(AsgiCancellation.Token.IsCancellationRequested), null, CancellationToken.None));
        using var other = new CancellationTokenSource();
        Assert.True(AsyncToSync.Run(() => Task.FromResult(AsgiCancellation.Token.IsCancellationRequested), null, other.Token));
        Assert.False(AsgiCancellation.Shield(() => Task.FromResult(
            AsyncToSync.Run(() => Task.FromResult(AsgiCancellation.Token.IsCancellationRequested), null, other.Token))).GetAwaiter().GetResult());
    });

    private sealed class LeftException : Exception;

    private sealed class NeverScheduler : TaskScheduler
    {
        protected override void QueueTask(Task task)
        {
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
