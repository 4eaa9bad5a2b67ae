namespace Asgiref.Core.Sync;

/// <summary>
/// Gives the thread-sensitive calls of a flow a thread of their own instead of the process's one: one request, one
/// thread, many requests in parallel (TSC-01, TSC-02).
/// </summary>
/// <remarks>
/// <para><c>await using var context = ThreadSensitiveContext.Enter();</c> It follows the flow into created tasks. A
/// synchronous frame at the bottom of the flow wins over it (TSC-12). Inside another one it does nothing: the outermost
/// counts (TSC-03).</para>
/// <para>Its thread is taken with the first call. A context that is never disposed gives it back when it is collected.</para>
/// </remarks>
public sealed class ThreadSensitiveContext : IAsyncDisposable
{
    private readonly bool _isOutermost;
    private int _disposed;

    private ThreadSensitiveContext(bool isOutermost)
    {
        _isOutermost = isOutermost;
        if (!isOutermost)
        {
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Gives the thread of a forgotten context back (TSC-10).</summary>
    ~ThreadSensitiveContext() => _ = Worker.CompleteAsync();

    /// <summary>The thread of the context.</summary>
    internal SerialWorker Worker { get; } = new(WorkerThreads.Shared);

    /// <summary>Enters a context, until it is disposed in the same method.</summary>
    public static ThreadSensitiveContext Enter()
    {
        var flow = SyncFlow.Current;
        if (flow.SensitiveContext is not null)
        {
            return new ThreadSensitiveContext(isOutermost: false);
        }

        var context = new ThreadSensitiveContext(isOutermost: true);
        SyncFlow.Current = flow with { SensitiveContext = context };
        return context;
    }

    /// <summary>
    /// Leaves the context at once, so that later code does not use it (TSC-09); then waits, without any thread, for the
    /// calls it still has and gives its thread back (TSC-05, TSC-06).
    /// </summary>
    public ValueTask DisposeAsync()
    {
        if (!_isOutermost || Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return ValueTask.CompletedTask;
        }

        GC.SuppressFinalize(this);
        if (SyncFlow.Current.SensitiveContext == this)
        {
            SyncFlow.Current = SyncFlow.Current with { SensitiveContext = null };
        }

        return new ValueTask(Worker.CompleteAsync());
    }
}
