using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Package;

/// <summary>asgiref's promise about threads, as its README gives it.</summary>
public sealed class ThreadPromiseTests
{
    [Fact]
    [Covers("GEN-04")]
    public Task With_sync_code_outside_each_call_has_a_loop_of_its_own_and_sync_code_inside_comes_back_to_the_thread() => OnThread.Run(() =>
    {
        var (firstLoop, firstThread, firstSync) = AsyncToSync.Run(LookAsync);
        var (secondLoop, secondThread, secondSync) = AsyncToSync.Run(LookAsync);

        Assert.NotNull(firstLoop);
        Assert.NotSame(firstLoop, secondLoop);
        Assert.All([firstThread, secondThread], thread => Assert.NotSame(Thread.CurrentThread, thread));
        Assert.All([firstSync, secondSync], thread => Assert.Same(Thread.CurrentThread, thread));
    });

    [Fact]
    [Covers("GEN-04")]
    public async Task With_async_code_outside_async_code_stays_on_its_loop_and_sync_code_shares_one_thread()
    {
        await using var loop = EventLoop.Start();
        var flows = await Task.WhenAll(loop.RunAsync(LookAsync), loop.RunAsync(LookAsync)).WithDeadline();
        var inner = await loop.RunAsync(async () => await SyncToAsync.Run(() => AsyncToSync.Run(LookAsync))).WithDeadline();
        var own = await loop.RunAsync(() => Task.FromResult(Thread.CurrentThread)).WithDeadline();

        Assert.All([.. flows, inner], look => Assert.Same(loop, look.Loop));
        Assert.All([.. flows, inner], look => Assert.Same(own, look.Async));
        Assert.Single(new HashSet<Thread>([.. flows.Select(look => look.Sync), inner.Sync]));
        Assert.NotSame(own, inner.Sync);
    }

    private static async Task<(EventLoop? Loop, Thread Async, Thread Sync)> LookAsync()
    {
        var sync = await SyncToAsync.Run(() => Thread.CurrentThread);
        return (EventLoop.Current, Thread.CurrentThread, sync);
    }
}
