namespace Asgiref.Core.Sync.Flow;

/// <summary>Runs code in a context without any values: what comes from another process sees none of whoever brings it.</summary>
internal static class EmptyContext
{
    private static readonly ExecutionContext Values = CaptureOnNewThread();

    /// <summary>Runs the callback on this thread; what it changes in the context is dropped.</summary>
    public static void Run(ContextCallback callback, object? state) => ExecutionContext.Run(Values, callback, state);

    /// <summary>Only a thread that has inherited nothing has an empty context.</summary>
    private static ExecutionContext CaptureOnNewThread()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture()) { IsBackground = true };
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}
