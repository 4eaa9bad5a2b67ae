using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Tests.Sync;

public class CallHookTests
{
    private static readonly AsyncLocal<string?> Note = new();

    [Fact]
    [Covers("SYNC-19")]
    public async Task Hooks_run_around_the_function_on_its_thread_and_in_its_context()
    {
        await using var context = ThreadSensitiveContext.Enter();
        Note.Value = "caller";
        var steps = new List<(string Step, string? Note, Thread Thread)>();
        var options = new SyncToAsyncOptions
        {
            BeforeCall = () =>
            {
                Step("before");
                Note.Value = "before";
            },
            AfterCall = error =>
            {
                Step($"after {error?.Message ?? "nothing"}");
                Note.Value = "after";
            },
        };
        var thread = await SyncToAsync.Run(
            () =>
            {
                Step("function");
                Note.Value = "function";
                return Thread.CurrentThread;
            },
            options);

        Assert.Equal([("before", "caller", thread), ("function", "before", thread), ("after nothing", "function", thread)], steps);
        Assert.Equal("after", Note.Value);

        steps.Clear();
        var thrown = new InvalidOperationException("error");
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => SyncToAsync.Run(() => throw thrown, options).AsTask()));
        Assert.Equal(["before", "after error"], steps.Select(step => step.Step));

        void Step(string step) => steps.Add((step, Note.Value, Thread.CurrentThread));
    }

    [Fact]
    public async Task A_wrapped_function_has_its_hooks_at_every_call()
    {
        var calls = 0;
        var function = SyncToAsync.Wrap((int i) => i, SyncToAsyncOptions.Pooled with { BeforeCall = () => calls++ });
        Assert.Equal(1, await function.InvokeAsync(1));
        Assert.Equal(2, await function.InvokeAsync(2));
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task When_the_first_hook_throws_neither_the_function_nor_the_second_runs()
    {
        var thrown = new InvalidOperationException("before");
        var options = SyncToAsyncOptions.Pooled with
        {
            BeforeCall = () => throw thrown,
            AfterCall = _ => Assert.Fail("There was no call."),
        };
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(
            () => SyncToAsync.Run(() => Assert.Fail("There was no call."), options).AsTask()));
    }

    [Fact]
    public async Task What_the_second_hook_throws_ends_the_call_unless_the_function_has_thrown()
    {
        var (ofHook, ofFunction) = (new InvalidOperationException("after"), new InvalidOperationException("function"));
        var told = new List<object>();
        EventHandler<UnhandledExceptionEventArgs> tell = (_, failure) =>
        {
            if (ReferenceEquals(failure.ExceptionObject, ofHook))
            {
                Assert.False(failure.IsTerminating);
                told.Add(failure.ExceptionObject);
            }
        };
        var options = SyncToAsyncOptions.Pooled with { AfterCall = _ => throw ofHook };
        SyncDiagnostics.HandlerFailed += tell;
        try
        {
            Assert.Same(ofHook, await Assert.ThrowsAsync<InvalidOperationException>(() => SyncToAsync.Run(() => 1, options).AsTask()));
            Assert.Empty(told);
            Assert.Same(ofFunction, await Assert.ThrowsAsync<InvalidOperationException>(
                () => SyncToAsync.Run(() => throw ofFunction, options).AsTask()));
            Assert.Same(ofHook, Assert.Single(told));
        }
        finally
        {
            SyncDiagnostics.HandlerFailed -= tell;
        }
    }

    [Fact]
    public async Task The_second_hook_runs_also_when_the_caller_was_let_go_and_neither_for_a_call_that_never_ran()
    {
        await using var context = ThreadSensitiveContext.Enter();
        using var cancellation = new CancellationTokenSource();
        using var goOn = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hooks = new List<string>();
        var options = new SyncToAsyncOptions { BeforeCall = () => hooks.Add("before"), AfterCall = _ => hooks.Add("after") };
        var runs = SyncToAsync.Run(
            () =>
            {
                begun.SetResult();
                Assert.True(goOn.Wait(Deadline.Default));
            },
            options,
            cancellation.Token).AsTask();
        var waits = SyncToAsync.Run(() => { }, options, cancellation.Token).AsTask();
        await begun.Task.WithDeadline();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs.WithDeadline());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits.WithDeadline());
        goOn.Set();
        await SyncToAsync.Run(() => { }).AsTask().WithDeadline();
        Assert.Equal(["before", "after"], hooks);
    }
}
