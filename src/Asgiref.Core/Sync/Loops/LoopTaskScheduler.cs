namespace Asgiref.Core.Sync.Loops;

/// <summary>Runs tasks on the thread of an <see cref="EventLoop"/>.</summary>
internal sealed class LoopTaskScheduler(EventLoop loop) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    protected override void QueueTask(Task task) => loop.Post(_ => TryExecuteTask(task), null);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        EventLoop.Current == loop && !taskWasPreviouslyQueued && TryExecuteTask(task);

    /// <summary>For debuggers only, which find the tasks in the loop's queue.</summary>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
