using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Sync;

/// <summary>How <see cref="SyncToAsync"/> runs a synchronous function.</summary>
public sealed record SyncToAsyncOptions
{
    /// <summary>
    /// Thread-sensitive, on the thread of the flow. Calls of one flow then run one at a time, and all calls outside of any
    /// synchronous frame and <see cref="ThreadSensitiveContext"/> share one thread of the process: safe, and slow for
    /// functions that block (SYNC-02).
    /// </summary>
    public static SyncToAsyncOptions Default { get; } = new();

    /// <summary>On the loop's pool, in parallel with other calls.</summary>
    public static SyncToAsyncOptions Pooled { get; } = new() { ThreadSensitive = false };

    /// <summary>
    /// Whether the function keeps to the thread of its flow: the synchronous caller's at the bottom of the flow, else the
    /// thread of the <see cref="ThreadSensitiveContext"/>, else one for the whole process. Default true.
    /// </summary>
    public bool ThreadSensitive { get; init; } = true;

    /// <summary>Runs the function instead of the loop's pool; only together with <c>ThreadSensitive = false</c>. Default null.</summary>
    public IWorkExecutor? Executor { get; init; }

    /// <summary>
    /// The context that the function runs in and changes; the caller's is then neither seen nor changed (CTX-09). Null, the
    /// default, means the caller's.
    /// </summary>
    public CallContext? Context { get; init; }

    /// <summary>
    /// Called before the function, on its thread and in its context, for example to check a database connection. If it
    /// throws, the function does not run, <see cref="AfterCall"/> is not called, and the call ends with that exception.
    /// Not called for a call that never runs. Default null.
    /// </summary>
    public Action? BeforeCall { get; init; }

    /// <summary>
    /// Called after the function, on its thread and in its context, with what the function threw, or null if it returned;
    /// also when the caller was let go by a cancellation meanwhile. If it throws, the call ends with that exception; if the
    /// function has thrown as well, the function's exception ends the call and the other is told by
    /// <see cref="SyncDiagnostics.HandlerFailed"/>. Default null.
    /// </summary>
    public Action<Exception?>? AfterCall { get; init; }

    /// <exception cref="ArgumentException">An executor of its own for a call that keeps to its flow's thread (SYNC-07).</exception>
    internal SyncToAsyncOptions Validated() => Executor is null || !ThreadSensitive
        ? this
        : throw new ArgumentException($"{nameof(Executor)} must not be set when {nameof(ThreadSensitive)} is true, which is the default.");
}
