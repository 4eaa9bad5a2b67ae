namespace Asgiref.Core.Sync;

/// <summary>Runs calls as tasks of a scheduler, for example a limited one, or on threads of their own.</summary>
/// <param name="scheduler">Where the calls run.</param>
/// <param name="options">
/// How its tasks are created. <see cref="TaskCreationOptions.LongRunning"/> on the default scheduler gives each call a
/// thread of its own.
/// </param>
public sealed class TaskSchedulerExecutor(TaskScheduler scheduler, TaskCreationOptions options = TaskCreationOptions.None)
    : IWorkExecutor
{
    /// <inheritdoc/>
    public void Submit(IExecutorWork work) => _ = Task.Factory.StartNew(
        static work => ((IExecutorWork)work!).Execute(),
        work,
        CancellationToken.None,
        options | TaskCreationOptions.DenyChildAttach,
        scheduler);
}
