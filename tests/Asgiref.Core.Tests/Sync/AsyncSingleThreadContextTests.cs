using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Tests.Sync;

public class AsyncSingleThreadContextTests
{
    private static readonly AsyncLocal<int> Counter = new();

    [Fact]
    [Covers("ASTC-01", "ASTC-02", "ASTC-06")]
    public Task Blocking_calls_of_the_scope_share_one_loop_and_its_thread() => OnThread.Run(() =>
    {
        using var scope = AsyncSingleThreadContext.Enter();
        var first = Where();
        (EventLoop?, Thread) second;
        using (AsyncSingleThreadContext.Enter())
        {
            second = Where();
        }

        Assert.Equal(first, second);
        Assert.Equal(first, Where());
        Assert.NotSame(Thread.CurrentThread, first.Item2);
    });

    [Fact]
    [Covers("ASTC-03", "ASTC-07")]
    public Task The_exit_ends_the_loop_and_leaves_the_scope() => OnThread.Run(() =>
    {
        var unused = AsyncSingleThreadContext.Enter();
        unused.Dispose();
        Assert.False(unused.HasLoop);

        EventLoop? loop;
        using (AsyncSingleThreadContext.Enter())
        {
            (loop, _) = Where();
            Assert.True(loop!.IsRunning);
        }

        Assert.False(loop.IsRunning);
        Assert.Null(SyncFlow.Current.SingleThread);
        Assert.NotSame(loop, Where().Item1);
    });

    [Fact]
    public Task Code_on_the_loop_can_not_end_the_scope() => OnThread.Run(() =>
    {
        using var scope = AsyncSingleThreadContext.Enter();
        var error = Assert.Throws<InvalidOperationException>(() => AsyncToSync.Run(() =>
        {
            scope.Dispose();
            return Task.CompletedTask;
        }));
        Assert.Equal("Code on the loop of an AsyncSingleThreadContext can't end the context: the loop would wait for itself.", error.Message);
        Assert.True(Where().Item1!.IsRunning);
    });

    [Fact]
    [Covers("ASTC-03", "ASTC-07")]
    public Task The_exit_ends_only_its_own_scope_and_a_flow_that_is_still_in_it_gets_loops_of_its_own() => OnThread.Run(() =>
    {
        var other = AsyncSingleThreadContext.Enter();
        var loop = Where().Item1!;
        var inside = ExecutionContext.Capture()!;
        SyncFlow.Current = SyncFlow.Current with { SingleThread = null };
        using var scope = AsyncSingleThreadContext.Enter();
        var own = Where();

        using (AsyncSingleThreadContext.Enter())
        {
        }

        Assert.Equal(own, Where());
        other.Dispose();
        other.Dispose();
        Assert.False(loop.IsRunning);
        Assert.Same(scope, SyncFlow.Current.SingleThread);
        Assert.Equal(own, Where());

        ExecutionContext.Run(
            inside,
            _ =>
            {
                Assert.Same(other, SyncFlow.Current.SingleThread);
                var (late, later) = (Where().Item1, Where().Item1);
                Assert.False(late!.IsRunning);
                Assert.Distinct([loop, own.Item1, late, later]);
            },
            null);
    });

    [Fact]
    [Covers("ASTC-03", "ASTC-07")]
    public Task A_scope_that_has_ended_without_a_loop_gets_none_later() => OnThread.Run(() =>
    {
        var scope = AsyncSingleThreadContext.Enter();
        var inside = ExecutionContext.Capture()!;
        scope.Dispose();

        ExecutionContext.Run(inside, _ => Assert.False(Where().Item1!.IsRunning), null);
        Assert.False(scope.HasLoop);
    });

    [Fact]
    [Covers("ASTC-04", "CTX-12")]
    public Task Changes_of_the_context_are_shared_by_the_calls() => OnThread.Run(() =>
    {
        using var scope = AsyncSingleThreadContext.Enter();
        AsyncToSync.Run(async () => { Counter.Value++; });
        AsyncToSync.Run(async () => { Counter.Value++; });
        Assert.Equal(2, Counter.Value);
    });

    [Fact]
    [Covers("ASTC-05")]
    public async Task Below_a_synchronous_call_the_loop_around_it_is_used()
    {
        await using var loop = EventLoop.Start();
        var inner = await loop.RunAsync(async () => await SyncToAsync.Run(() =>
        {
            using var scope = AsyncSingleThreadContext.Enter();
            return Where().Item1;
        })).WithDeadline();
        Assert.Same(loop, inner);
    }

    private static (EventLoop? Loop, Thread Thread) Where() =>
        AsyncToSync.Run(() => Task.FromResult((EventLoop.Current, Thread.CurrentThread)));
}
