using System.Threading.Tasks.Sources;

namespace Asgiref.Core.Sync.Threads;

/// <summary>
/// One piece of blocking work for a <see cref="DedicatedThreadCache"/>, used once. It is its own completion, so that
/// running it allocates nothing more.
/// </summary>
internal abstract class ThreadWork : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _ending = new() { RunContinuationsAsynchronously = true };
    private ExecutionContext? _context;
    private Exception? _error;

    /// <summary>Ends when the work has run, or will never run; carries the work's exception as the same object.</summary>
    public ValueTask Ending => new(this, _ending.Version);

    /// <summary>When it came into the queue, in the clock's ticks.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Whether it is in a queue; this and the links belong to the <see cref="ThreadWorkQueue"/>.</summary>
    public bool IsQueued { get; set; }

    public ThreadWork? Previous { get; set; }

    public ThreadWork? Next { get; set; }

    /// <summary>Whether the work got a thread; false for work that was refused.</summary>
    public bool HasRun { get; private set; }

    /// <summary>Keeps the caller's context values for the run (CTX-01, MAP-08).</summary>
    public virtual void CaptureContext() => _context = ExecutionContext.Capture();

    /// <summary>Runs the work; its exception is kept for <see cref="Complete"/>.</summary>
    /// <param name="emptyContext">Stands in for a caller that had suppressed the flow of its context.</param>
    public void Run(ExecutionContext emptyContext)
    {
        HasRun = true;
        try
        {
            ExecutionContext.Run(_context ?? emptyContext, static work => ((ThreadWork)work!).Execute(), this);
        }
        catch (Exception error)
        {
            _error = error;
        }

        _context = null;
    }

    /// <summary>Tells the waiter; apart from <see cref="Run"/> so that the thread can be free before its caller goes on.</summary>
    public virtual void Complete()
    {
        if (_error is null)
        {
            _ending.SetResult(true);
        }
        else
        {
            _ending.SetException(_error);
        }
    }

    /// <summary>Ends work that never ran.</summary>
    public void Refuse(Exception reason)
    {
        _error = reason;
        Complete();
    }

    void IValueTaskSource.GetResult(short token) => _ending.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _ending.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _ending.OnCompleted(continuation, state, token, flags);

    /// <summary>The blocking work.</summary>
    protected abstract void Execute();
}
