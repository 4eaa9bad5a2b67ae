using Asgiref.Core.Local;

namespace Asgiref.Core.Sync;

/// <summary>Starts tasks for <see cref="AsgiTask.Create(Func{Task})"/>.</summary>
internal static class TaskStart
{
    /// <returns>The start; the function's own task is inside.</returns>
    public static Task<T> Begin<T>(Func<T> function)
        where T : Task
    {
        ArgumentNullException.ThrowIfNull(function);
        var loop = EventLoop.Current ?? SyncFlow.Current.Loop;
        return loop?.TryStart(function) ?? StartOnPool(function);
    }

    private static Task<T> StartOnPool<T>(Func<T> function)
    {
        var values = LocalFlow.Copy();
        return Task.Factory.StartNew(
            () =>
            {
                LocalFlow.Use(values);
                return function();
            },
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);
    }
}
