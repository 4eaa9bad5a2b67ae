using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync.Blocking;

/// <summary>
/// The pump of a thread that is blocked in <see cref="AsyncToSync"/>: runs the thread-sensitive calls of the asynchronous
/// code it waits for, so that they run on the very thread they belong to (A2S-22).
/// </summary>
/// <remarks>
/// It belongs to the thread that made it. Everything but running is safe for concurrent use. It is its own lock, because
/// each blocking call has one.
/// </remarks>
/// <param name="previous">The pump of the frame outside this one; takes what comes after this one has ended (CTE-05).</param>
/// <param name="maxQueuedCalls">Calls that may wait for the thread; the next is refused, because the thread may wait for its caller.</param>
internal sealed class CurrentThreadExecutor(CurrentThreadExecutor? previous, int maxQueuedCalls = SyncLimits.MaxQueuedCalls)
    : IWorkExecutor, IBusyThread
{
    private readonly Thread _owner = Thread.CurrentThread;
    private Queue<IExecutorWork>? _queue;
    private BlockedThread _blocked;
    private bool _completed;
    private bool _ended;
    private BusyThreadMark<IExecutorWork> _mark;

    /// <summary>The nearest frame outside this one that may still wait.</summary>
    public CurrentThreadExecutor? Previous { get; } = previous is { HasEnded: true } ? previous.Previous : previous;

    /// <summary>The synchronous call that is blocked in this frame, if its thread belongs to one.</summary>
    public SyncWork? Caller { get; init; }

    /// <summary>Whether it takes no more work.</summary>
    public bool HasEnded => Volatile.Read(ref _ended);

    /// <inheritdoc/>
    public string Executor => ExecutorNames.CallerThread;

    /// <inheritdoc/>
    public void Submit(IExecutorWork work)
    {
        for (var pump = this; pump is not null; pump = pump.Previous)
        {
            if (pump.TrySubmit(work))
            {
                return;
            }
        }

        throw new InvalidOperationException("CurrentThreadExecutor already quit or is broken: no frame of this call still waits.");
    }

    /// <summary>Takes the work if this frame still waits.</summary>
    /// <returns>False if it has ended; the work was not taken.</returns>
    /// <exception cref="InvalidOperationException">
    /// Called by its own thread while it does not pump: the work would wait for a thread that waits for it (CTE-02).
    /// </exception>
    /// <exception cref="ThreadLimitException">The queue is full; the work was not taken.</exception>
    public bool TrySubmit(IExecutorWork work)
    {
        lock (this)
        {
            if (_ended)
            {
                return false;
            }

            if (_owner == Thread.CurrentThread && !_mark.HasHolder)
            {
                throw new InvalidOperationException("You cannot submit onto CurrentThreadExecutor from its own thread.");
            }

            _queue ??= new Queue<IExecutorWork>();
            SyncLimits.ThrowIfFull("The pump of a blocked caller", _queue.Count, maxQueuedCalls, this);
            _queue.Enqueue(work);
            _blocked.Wake(this);
            _mark.Queued(this);
            return true;
        }
    }

    /// <summary>Ends the wait as soon as the queue is empty; to be called once, from any thread.</summary>
    public void Complete()
    {
        Volatile.Write(ref _completed, true);
        // Either the thread's last look sees this, or this sees that the thread blocks.
        Interlocked.MemoryBarrier();
        if (_blocked.IsBlocked)
        {
            lock (this)
            {
                _blocked.Wake(this);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryLook(out BusyThreadState state)
    {
        lock (this)
        {
            return _mark.TryLook(FunctionNames.CountWaiting(_queue), FunctionNames.Of, out state);
        }
    }

    /// <inheritdoc/>
    public string? DescribeHolder()
    {
        lock (this)
        {
            return _mark.Describe(this, FunctionNames.Of);
        }
    }

    /// <summary>Blocks and runs what is submitted, until completed and without work (CTE-04, CTE-09).</summary>
    /// <exception cref="InvalidOperationException">Called by another thread than the one that made it (CTE-01).</exception>
    public void RunUntilCompleted()
    {
        if (_owner != Thread.CurrentThread)
        {
            throw new InvalidOperationException("You cannot run CurrentThreadExecutor from a different thread.");
        }

        while (RunNext())
        {
        }
    }

    /// <summary>A method of its own, so that the waiting thread keeps nothing of the last call (CTE-10).</summary>
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
        while (_queue is not { Count: > 0 } && !Volatile.Read(ref _completed) && spin.TryAgain())
        {
        }

        lock (this)
        {
            _mark.Returned();
            while (_queue is not { Count: > 0 })
            {
                _blocked.Announce();
                if (Volatile.Read(ref _completed))
                {
                    _mark.Ended(this);
                    _ended = true;
                    return null;
                }

                _blocked.Wait(this);
            }

            var work = _queue.Dequeue();
            _mark.Taken(this, work, _queue.Count);
            return work;
        }
    }
}
