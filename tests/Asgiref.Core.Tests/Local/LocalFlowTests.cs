using Asgiref.Core.Local;

namespace Asgiref.Core.Tests.Local;

public sealed class LocalFlowTests
{
    [Fact]
    [Covers("LOCAL-13", "LOCAL-14")]
    public async Task A_thread_started_by_hand_begins_without_the_holder_of_its_maker()
    {
        var holder = LocalFlow.Adopt();
        var seen = new TaskCompletionSource<LocalHolder?>();
        new Thread(() => seen.SetResult(LocalFlow.Current)).Start();
        Assert.Null(await seen.Task.WithDeadline());
        Assert.Same(holder, LocalFlow.Current);
    }

    [Fact]
    [Covers("LOCAL-14")]
    public async Task Nor_does_what_that_thread_starts_find_it()
    {
        LocalFlow.Adopt();
        var seen = new TaskCompletionSource<LocalHolder?>();
        new Thread(() => Task.Run(() => seen.SetResult(LocalFlow.Current))).Start();
        Assert.Null(await seen.Task.WithDeadline());
    }

    [Fact]
    [Covers("CTX-14")]
    public async Task A_flow_that_goes_on_inline_on_a_foreign_thread_keeps_its_holder()
    {
        var holder = LocalFlow.Adopt();
        var gate = new TaskCompletionSource();
        var seen = Task.Run(WaitAsync);
        var thread = new Thread(gate.SetResult);
        thread.UnsafeStart();
        Assert.Same(holder, await seen.WithDeadline());

        async Task<LocalHolder?> WaitAsync()
        {
            await gate.Task.ConfigureAwait(false);
            return LocalFlow.Current;
        }
    }

    [Fact]
    public async Task A_thread_that_runs_work_in_a_given_context_uses_the_holder_that_came_with_it()
    {
        var holder = LocalFlow.Adopt();
        var context = ExecutionContext.Capture()!;
        var seen = new TaskCompletionSource<LocalHolder?>();
        new Thread(() => ExecutionContext.Run(context, _ => seen.SetResult(LocalFlow.Current), null)).Start();
        Assert.Same(holder, await seen.Task.WithDeadline());
    }

    [Fact]
    [Covers("CTX-14")]
    public async Task Awaited_code_shares_the_holder_and_a_fork_does_not()
    {
        var key = new object();
        LocalFlow.Adopt();
        Set(1);
        await SetAsync(2, fork: false);
        Assert.Equal(2, Read());
        await SetAsync(3, fork: true);
        Assert.Equal(2, Read());

        object? Read() => LocalFlow.Current!.Get(key);

        void Set(object value) => LocalFlow.Current!.Update(key, (_, value) => value, value);

        async Task SetAsync(int value, bool fork)
        {
            await Task.Yield();
            if (fork)
            {
                LocalFlow.Fork();
                Assert.Equal(2, Read());
            }

            Set(value);
        }
    }
}
