using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Sync.Threads;

/// <summary>
/// One thread that runs calls one at a time, in the order they came: asyncio's pool of one. It takes its thread with the
/// first call and keeps it until it is completed (SYNC-03, SYNC-04, TSC-01).
/// </summary>
/// <remarks>
/// A call that finds the queue full is refused, and not made to wait: the calls in the queue may be waiting for its caller.
/// Safe for concurrent use.
/// </remarks>
/// <param name="threads">Lends the thread.</param>
/// <param name="maxQueuedCalls">Calls that may wait for it.</param>
internal sealed class SerialWorker(DedicatedThreadCache threads, int maxQueuedCalls = SyncLimits.MaxQueuedCalls)
    : ThreadWork, IWorkExecutor, IBusyThread
{
    private readonly object _gate = new();
    private readonly Queue<IExecutorWork> _queue = new();
    private BusyThreadMark<IExecutorWork> _mark;
    private Task _ended = Task.CompletedTask;
    private BlockedThread _blocked;
    private bool _hasThread;
    private bool _completed;

    /// <summary>The worker of all thread-sensitive calls that have neither a synchronous parent nor a context.</summary>
    public static SerialWorker Global { get; } = new(WorkerThreads.Create(WorkerThreads.SensitiveName, maxThreads: 1));

    /// <summary>Whether it took a thread, which it does with the first call.</summary>
    public bool HasThread
    {
        get
        {
            lock (_gate)
            {
                return _hasThread;
            }
        }
    }

    /// <summary>Whether it takes no more work.</summary>
    public bool IsCompleted => Volatile.Read(ref _completed);

    /// <inheritdoc/>
    public string Executor => this == Global ? ExecutorNames.ProcessThread : ExecutorNames.ContextThread;

    /// <inheritdoc/>
    public void Submit(IExecutorWork work)
    {
        if (!TrySubmit(work))
        {
            throw new InvalidOperationException("The worker of this thread-sensitive context has ended.");
        }
    }

    /// <returns>False if the worker is completed; the work was not taken.</returns>
    /// <exception cref="ThreadLimitException">The queue is full, or the worker gets no thread; the work was not taken.</exception>
    public bool TrySubmit(IExecutorWork work)
    {
        lock (_gate)
        {
            if (_completed)
            {
                return false;
            }

            SyncLimits.ThrowIfFull("The worker of thread-sensitive calls", _queue.Count, maxQueuedCalls, this);
            if (!_hasThread)
            {
                // The thread ends up waiting for this lock until the work is in the queue.
                _ended = threads.RunAsync(this).AsTask();
                _hasThread = true;
            }

            _queue.Enqueue(work);
            _blocked.Wake(_gate);
            _mark.Queued(this);
            return true;
        }
    }

    /// <summary>Lets the thread go when it has run what is queued; later calls are refused.</summary>
    /// <returns>Ends when the thread is free; no thread waits for it meanwhile (TSC-06, TSC-07).</returns>
    public Task CompleteAsync()
    {
        lock (_gate)
        {
            _completed = true;
            _blocked.Wake(_gate);
            return _ended;
        }
    }

    /// <inheritdoc/>
    public bool TryLook(out BusyThreadState state)
    {
        lock (_gate)
        {
            return _mark.TryLook(FunctionNames.CountWaiting(_queue), FunctionNames.Of, out state);
        }
    }

    /// <inheritdoc/>
    public string? DescribeHolder()
    {
        lock (_gate)
        {
            return _mark.Describe(this, FunctionNames.Of);
        }
    }

    /// <summary>The thread belongs to no caller: each call brings its own context (MAP-08).</summary>
    public override void CaptureContext()
    {
    }

    /// <inheritdoc/>
    protected override void Execute()
    {
        while (RunNext())
        {
        }
    }

    /// <summary>A method of its own, so that the waiting thread keeps nothing of the last call.</summary>
    private bool RunNext()
    {
        var work = Take();
        work?.Execute();
        return work is not null;
    }

    private IExecutorWork? Take()
    {
        var spin = new BlockingSpin();
        // A look without the lock; only a hint.
        while (_queue.Count == 0 && !IsCompleted && spin.TryAgain())
        {
        }

        lock (_gate)
        {
            _mark.Returned();
            while (_queue.Count == 0)
            {
                if (_completed)
                {
                    _mark.Ended(this);
                    return null;
                }

                _blocked.Wait(_gate);
            }

            var work = _queue.Dequeue();
            _mark.Taken(this, work, _queue.Count);
            return work;
        }
    }
}
