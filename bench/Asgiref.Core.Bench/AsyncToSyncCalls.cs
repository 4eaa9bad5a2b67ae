using Asgiref.Core.Sync;

namespace Asgiref.Core.Bench;

/// <summary>Blocking calls of a trivial asynchronous function, one after the other: ours and the bare one.</summary>
internal static class AsyncToSyncCalls
{
    // The thread that blocks: never one of the pool.
    private static readonly HandOffThread Caller = new();
    private static readonly BareLoop BareLoop = new();
    private static readonly EventLoop Loop = EventLoop.Start();
    private static readonly Func<Task<int>> Function = static () => FunctionAsync();

    /// <summary>Each call has a loop of its own.</summary>
    public static Task NewLoopAsync(int calls) => Caller.RunAsync(() => Block(calls));

    /// <summary>All calls run on the loop of one single-thread context, which is entered once.</summary>
    public static Task InContextAsync(int calls) => Caller.RunAsync(() =>
    {
        using var context = AsyncSingleThreadContext.Enter();
        return Block(calls);
    });

    /// <summary>The caller is itself a synchronous call of the loop's code; its calls run on that loop.</summary>
    public static Task ParentLoopAsync(int calls) => Loop.RunAsync(async () => await SyncToAsync.Run(() => Block(calls)));

    public static Task BareAsync(int calls) => Caller.RunAsync(() =>
    {
        using var wake = new ManualResetEventSlim();
        var sum = 0;
        for (var i = 0; i < calls; i++)
        {
            sum += BareLoop.Run(Function, wake);
        }

        return sum;
    });

    private static int Block(int calls)
    {
        var sum = 0;
        for (var i = 0; i < calls; i++)
        {
            sum += AsyncToSync.Run(Function);
        }

        return sum;
    }

#pragma warning disable CS1998 // It is what asgiref is measured with: a coroutine that returns at once.
    private static async Task<int> FunctionAsync() => 1;
#pragma warning restore CS1998
}
