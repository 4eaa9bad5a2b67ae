using Asgiref.Core.Sync;

namespace Asgiref.Core.Bench;

/// <summary>Calls of a trivial synchronous function, one after the other, each awaited: ours and the bare ones.</summary>
internal static class SyncToAsyncCalls
{
    private static readonly HandOffThread Thread = new();
    private static readonly Func<int> Function = static () => 1;

    /// <summary>On the process's thread for such calls.</summary>
    public static async Task SensitiveAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            await SyncToAsync.Run(Function);
        }
    }

    /// <summary>On the thread of a context of its own, which is entered once.</summary>
    public static async Task InContextAsync(int calls)
    {
        await using var context = ThreadSensitiveContext.Enter();
        await SensitiveAsync(calls);
    }

    /// <summary>On the thread pool.</summary>
    public static async Task PooledAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            await SyncToAsync.Run(Function, SyncToAsyncOptions.Pooled);
        }
    }

    public static async Task BareThreadAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            await Thread.RunAsync(Function);
        }
    }

    public static async Task TaskRunAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            await Task.Run(Function);
        }
    }
}
