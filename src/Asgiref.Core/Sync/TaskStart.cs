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
        return loop?.TryStart(function) ?? Task.Factory.StartNew(
            static function =>
            {
                LocalFlow.Fork();
                return ((Func<T>)function!)();
            },
            function,
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);
    }
}
