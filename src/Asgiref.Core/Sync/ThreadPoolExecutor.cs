namespace Asgiref.Core.Sync;

/// <summary>
/// The process's thread pool as an executor: what calls that are not thread-sensitive use unless told otherwise (SYNC-05).
/// </summary>
/// <remarks>
/// Functions that block for long occupy pool threads, which asynchronous code needs too: give those an executor of their own.
/// </remarks>
public sealed class ThreadPoolExecutor : IWorkExecutor
{
    private ThreadPoolExecutor()
    {
    }

    /// <summary>The only one there is, as there is one pool.</summary>
    public static ThreadPoolExecutor Instance { get; } = new();

    /// <summary>Queues the call where <see cref="Task.Run(Action)"/> would: with the pool thread that makes it, if it is one.</summary>
    /// <param name="work">The call.</param>
    public void Submit(IExecutorWork work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: true);
}
