using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>Each test has a trace of its own and its listener samples nothing else, so that tests don't see each other.</summary>
public sealed class CallActivityTests : IDisposable
{
    private static readonly AsyncLocal<string?> Note = new();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly Activity _root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C);
    private readonly ActivityListener _listener;
    private Exception? _thrownByListener;

    public CallActivityTests()
    {
        _root.Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SyncDiagnostics.ActivitySourceName,
            Sample = (ref options) => options.Parent.TraceId == _root.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStarted = Throw,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _root.TraceId)
                {
                    _ended.Enqueue(activity);
                }

                Throw(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task A_call_is_a_child_of_its_caller_and_the_function_sees_it()
    {
        Activity.Current = _root;
        var seen = await SyncToAsync.Run(() => Activity.Current, SyncToAsyncOptions.Pooled).AsTask().WithDeadline();

        Assert.Same(_root, Activity.Current);
        var call = Assert.Single(_ended);
        Assert.Same(seen, call);
        Assert.Equal(SyncDiagnostics.SyncToAsyncActivity, call.OperationName);
        Assert.Equal(_root.SpanId, call.ParentSpanId);
        Assert.Contains(nameof(A_call_is_a_child_of_its_caller_and_the_function_sees_it), (string)call.GetTagItem(SyncDiagnostics.FunctionTag)!, StringComparison.Ordinal);
        Assert.Equal("thread_pool", call.GetTagItem(SyncDiagnostics.ExecutorTag));
        Assert.Equal(ActivityStatusCode.Unset, call.Status);
        Assert.Equal(SyncDiagnostics.StartedEvent, Assert.Single(call.Events).Name);
    }

    [Fact]
    public Task A_blocking_call_is_a_child_of_its_caller_and_parent_of_what_it_calls() => OnThread.Run(() =>
    {
        Activity.Current = _root;
        var seen = AsyncToSync.Run(async () =>
        {
            await Task.Yield();
            return (Activity.Current, await SyncToAsync.Run(() => Activity.Current));
        });

        Assert.Same(_root, Activity.Current);
        Assert.Equal([seen.Item2, seen.Current], _ended);
        Assert.Equal(SyncDiagnostics.AsyncToSyncActivity, seen.Current!.OperationName);
        Assert.Equal("loop_thread", seen.Current.GetTagItem(SyncDiagnostics.ExecutorTag));
        Assert.Equal("caller_thread", seen.Item2!.GetTagItem(SyncDiagnostics.ExecutorTag));
        Assert.Equal((_root.SpanId, seen.Current.SpanId), (seen.Current.ParentSpanId, seen.Item2.ParentSpanId));
    });

    [Fact]
    public async Task Values_that_come_back_do_not_bring_the_activity_along()
    {
        Activity.Current = _root;
        await SyncToAsync.Run(() => Note.Value = "changed", SyncToAsyncOptions.Pooled);
        Assert.Equal("changed", Note.Value);
        Assert.Same(_root, Activity.Current);

        await OnThread.Run(() =>
        {
            Activity.Current = _root;
            AsyncToSync.Run(() =>
            {
                Note.Value = "again";
                return Task.CompletedTask;
            });
            Assert.Equal("again", Note.Value);
            Assert.Same(_root, Activity.Current);
        });
        Assert.Equal(2, _ended.Count);
    }

    [Fact]
    public async Task An_observed_call_that_changes_nothing_brings_nothing_back()
    {
        Activity.Current = _root;
        Note.Value = "before";
        var changes = SyncToAsync.Run(() => Note.Value = "changed", SyncToAsyncOptions.Pooled);
        var reads = SyncToAsync.Run(() => Note.Value, SyncToAsyncOptions.Pooled);
        await changes;
        Assert.Equal("before", await reads);
        Assert.Equal("changed", Note.Value);
    }

    [Fact]
    public async Task An_activity_that_the_function_leaves_running_is_the_callers_then()
    {
        Activity.Current = _root;
        var left = await SyncToAsync.Run(() => new Activity("left").Start(), SyncToAsyncOptions.Pooled);
        Assert.Same(left, Activity.Current);
        Assert.Equal(Assert.Single(_ended).SpanId, left.ParentSpanId);
    }

    [Fact]
    public async Task A_caller_whose_activity_has_ended_meanwhile_gets_none_back()
    {
        Activity.Current = _root;
        using var goOn = new ManualResetEventSlim();
        var call = SyncToAsync.Run(
            () =>
            {
                Assert.True(goOn.Wait(Deadline.Default));
                Note.Value = "changed";
            },
            SyncToAsyncOptions.Pooled);
        _root.Stop();
        goOn.Set();
        await call;
        Assert.Equal("changed", Note.Value);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task In_a_context_of_its_own_the_call_is_still_the_callers_child()
    {
        Activity.Current = null;
        var context = CallContext.Capture();
        Activity.Current = _root;
        var options = SyncToAsyncOptions.Pooled with { Context = context };
        var seen = await SyncToAsync.Run(() => Activity.Current, options);

        Assert.Same(Assert.Single(_ended), seen);
        Assert.Equal(_root.SpanId, seen!.ParentSpanId);
        context.Run(() => Assert.Null(Activity.Current));
    }

    [Fact]
    public async Task What_a_function_throws_is_in_its_activity()
    {
        Activity.Current = _root;
        var error = new InvalidOperationException("no");
        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(
            () => SyncToAsync.Run(() => throw error, SyncToAsyncOptions.Pooled).AsTask()));
        await OnThread.Run(() =>
        {
            Activity.Current = _root;
            Assert.Same(error, Assert.Throws<InvalidOperationException>(() => AsyncToSync.Run(async () =>
            {
                await Task.Yield();
                throw error;
            })));
            Assert.Same(error, Assert.Throws<InvalidOperationException>(() => AsyncToSync.Run(Task () => throw error)));
            Assert.Throws<TaskCanceledException>(() => AsyncToSync.Run(() => Task.FromCanceled(new CancellationToken(canceled: true))));
        });

        Assert.Equal(["no", "no", "no"], _ended.Take(3).Select(call => call.StatusDescription));
        Assert.Equal(
            [.. Enumerable.Repeat("System.InvalidOperationException", 3), "System.Threading.Tasks.TaskCanceledException"],
            _ended.Select(call => call.GetTagItem("error.type")));
        Assert.All(_ended, call => Assert.Equal(ActivityStatusCode.Error, call.Status));
    }

    [Fact]
    public async Task A_call_that_never_runs_has_an_activity_without_a_start()
    {
        Activity.Current = _root;
        await using var context = ThreadSensitiveContext.Enter();
        using var cancellation = new CancellationTokenSource();
        using var goOn = new ManualResetEventSlim();
        var first = SyncToAsync.Run(() => goOn.Wait(Deadline.Default));
        var second = SyncToAsync.Run(() => { }, cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();

        var call = Assert.Single(_ended);
        Assert.Equal(ActivityStatusCode.Error, call.Status);
        Assert.Equal("System.OperationCanceledException", call.GetTagItem("error.type"));
        Assert.Equal("context_thread", call.GetTagItem(SyncDiagnostics.ExecutorTag));
        Assert.Empty(call.Events);
        await Assert.ThrowsAsync<OperationCanceledException>(() => second.AsTask());
        goOn.Set();
        Assert.True(await first.AsTask().WithDeadline());
    }

    [Fact]
    public async Task A_call_refused_as_a_deadlock_has_an_activity_too()
    {
        Activity.Current = _root;
        await using var context = ThreadSensitiveContext.Enter();
        await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(
            () => Task.Run(async () => await SyncToAsync.Run(() => 1)).GetAwaiter().GetResult()).AsTask().WithDeadline());

        Assert.Equal(["none", "context_thread"], _ended.Select(call => call.GetTagItem(SyncDiagnostics.ExecutorTag)));
        Assert.All(_ended, call => Assert.StartsWith("Single thread executor already", call.StatusDescription, StringComparison.Ordinal));
    }

    [Fact]
    [Covers("SYNC-21")]
    public async Task The_activity_tells_which_executor_was_chosen()
    {
        Activity.Current = _root;
        await SyncToAsync.Run(() => { });
        await using (ThreadSensitiveContext.Enter())
        {
            await SyncToAsync.Run(() => { });
        }

        await SyncToAsync.Run(() => { }, SyncToAsyncOptions.Pooled);
        await SyncToAsync.Run(() => { }, SyncToAsyncOptions.Pooled with { Executor = new TaskSchedulerExecutor(TaskScheduler.Default) });

        Assert.Equal(
            ["process_thread", "context_thread", "thread_pool", "custom"],
            _ended.Select(call => call.GetTagItem(SyncDiagnostics.ExecutorTag)));
    }

    [Fact]
    public async Task Each_shape_of_call_goes_by_the_name_of_the_users_function()
    {
        Activity.Current = _root;
        await SyncToAsync.Run(Do);
        await SyncToAsync.Run(DoWith, 1);
        await SyncToAsync.Run(Give);
        await SyncToAsync.Run(GiveWith, 1);
        await SyncToAsync.Wrap((Delegate)Give).InvokeAsync([]);
        await OnThread.Run(() =>
        {
            Activity.Current = _root;
            AsyncToSync.Run(DoTask);
            AsyncToSync.Run(DoValueTask);
            AsyncToSync.Run(DoAsgiTask);
            AsyncToSync.Run(GiveTask);
            AsyncToSync.Run(GiveValueTask);
            AsyncToSync.Run(GiveAsgiTask);
            AsyncToSync.Wrap<int>(DoTaskWith).Invoke(1);
            AsyncToSync.Wrap<int>(DoValueTaskWith).Invoke(1);
            AsyncToSync.Wrap<int>(DoAsgiTaskWith).Invoke(1);
            AsyncToSync.Wrap<int, int>(GiveTaskWith).Invoke(1);
            AsyncToSync.Wrap<int, int>(GiveValueTaskWith).Invoke(1);
            AsyncToSync.Wrap<int, int>(GiveAsgiTaskWith).Invoke(1);
            AsyncToSync.Wrap((Delegate)GiveTask).Invoke([]);
        });

        Assert.Equal(
            [
                nameof(Do), nameof(DoWith), nameof(Give), nameof(GiveWith), nameof(Give),
                nameof(DoTask), nameof(DoValueTask), nameof(DoAsgiTask), nameof(GiveTask), nameof(GiveValueTask), nameof(GiveAsgiTask),
                nameof(DoTaskWith), nameof(DoValueTaskWith), nameof(DoAsgiTaskWith), nameof(GiveTaskWith), nameof(GiveValueTaskWith), nameof(GiveAsgiTaskWith),
                nameof(GiveTask),
            ],
            _ended.Select(call => Regex.Match((string)call.GetTagItem(SyncDiagnostics.FunctionTag)!, "__(.*)\\|").Groups[1].Value));

        static void Do() => _ = nameof(Do);
        static void DoWith(int number) => _ = number;
        static int Give() => 1;
        static int GiveWith(int number) => number;
        static Task DoTask() => Task.CompletedTask;
        static ValueTask DoValueTask() => ValueTask.CompletedTask;
        static async AsgiTask DoAsgiTask() => await Task.CompletedTask;
        static Task<int> GiveTask() => Task.FromResult(1);
        static ValueTask<int> GiveValueTask() => ValueTask.FromResult(1);
        static async AsgiTask<int> GiveAsgiTask() => await Task.FromResult(1);
        static Task DoTaskWith(int number) => Task.FromResult(number);
        static ValueTask DoValueTaskWith(int number) => ValueTask.CompletedTask;
        static async AsgiTask DoAsgiTaskWith(int number) => await Task.FromResult(number);
        static Task<int> GiveTaskWith(int number) => Task.FromResult(number);
        static ValueTask<int> GiveValueTaskWith(int number) => ValueTask.FromResult(number);
        static async AsgiTask<int> GiveAsgiTaskWith(int number) => await Task.FromResult(number);
    }

    [Fact]
    public async Task A_listener_that_throws_does_not_break_calls()
    {
        var told = new ConcurrentQueue<object>();
        EventHandler<UnhandledExceptionEventArgs> tell = (_, failure) => told.Enqueue(failure.ExceptionObject);
        SyncDiagnostics.HandlerFailed += tell;
        Activity.Current = _root;
        try
        {
            _thrownByListener = new InvalidOperationException("listener");
            Assert.Equal(1, await SyncToAsync.Run(() => 1, SyncToAsyncOptions.Pooled).AsTask().WithDeadline());
            await OnThread.Run(() =>
            {
                Activity.Current = _root;
                Assert.Equal(1, AsyncToSync.Run(() => Task.FromResult(1)));
                Assert.Same(_root, Activity.Current);
            });
            Assert.Same(_root, Activity.Current);
            Assert.Contains(_thrownByListener, told);
        }
        finally
        {
            SyncDiagnostics.HandlerFailed -= tell;
        }
    }

    private void Throw(Activity activity)
    {
        if (activity.TraceId == _root.TraceId && _thrownByListener is { } error)
        {
            throw error;
        }
    }
}
