using Asgiref.Core.Local;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync.Loops;

/// <summary>Starts tasks for <see cref="AsgiTask.Create(Func{Task})"/>.</summary>
internal static class TaskStart
{
    /// <summary>The function as something that can be called later.</summary>
    public static TaskFunction<Task> Function(Func<Task> function) => new(function, static error => CancelledAsync<bool>(error));

    /// <inheritdoc cref="Function(Func{Task})"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public static TaskFunction<Task<T>> Function<T>(Func<Task<T>> function) => new(function, CancelledAsync<T>);

    /// <returns>The start; the function's own task is inside.</returns>
    /// <exception cref="ThreadLimitException">Too many tasks wait for the loop; the function was not called.</exception>
    public static Task<T> Begin<T>(TaskFunction<T> function)
        where T : Task
    {
        var loop = EventLoop.Current ?? SyncFlow.Current.Loop;
        return loop?.TryStart(function) ?? StartOnPool(function);
    }

    private static Task<T> StartOnPool<T>(TaskFunction<T> function)
        where T : Task
    {
        var values = LocalFlow.Copy();
        return Task.Factory.StartNew(
            () =>
            {
                LocalFlow.Use(values);
                return function.Call();
            },
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);
    }

    // An async method is what ends a task cancelled with a given exception.
    private static async Task<T> CancelledAsync<T>(OperationCanceledException error) => throw error;
}
