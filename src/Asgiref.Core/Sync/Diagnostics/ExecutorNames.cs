namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>The values of <see cref="SyncDiagnostics.ExecutorTag"/>.</summary>
internal static class ExecutorNames
{
    public const string CallerThread = "caller_thread";
    public const string ContextThread = "context_thread";
    public const string ProcessThread = "process_thread";
    public const string LoopThread = "loop_thread";
    public const string ThreadPool = "thread_pool";
    public const string Custom = "custom";
    public const string None = "none";

    public static string Of(IWorkExecutor executor) => executor switch
    {
        IBusyThread thread => thread.Executor,
        ThreadPoolExecutor => ThreadPool,
        _ => Custom,
    };
}
