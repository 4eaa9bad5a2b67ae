namespace Asgiref.Core.Sync;

/// <summary>
/// A bounded cache of background threads of its own, for work that blocks. Blocked work must never sit on pool
/// threads: enough of it there stops every asynchronous continuation of the process.
/// </summary>
/// <remarks>
/// A thread is woken or started for each piece of work, up to the bound, so that work really runs side by side. But work
/// belongs to no thread: one that has just finished takes what came meanwhile, and under load few threads sleep and wake.
/// Work runs in the order it came. Threads that were idle for their lifetime end. Safe for concurrent use.
/// </remarks>
internal sealed class DedicatedThreadCache : IAsyncDisposable
{
    // Together about ten microseconds.
    private const int SearchSpins = 30;
    private const int SpinIterations = 20;

    private readonly DedicatedThreadOptions _options;
    private readonly Lock _gate = new();
    private readonly ThreadWorkQueue _waiting;
    private readonly IdleThreads _idle;
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private int _onTheirWay;
    private bool _disposed;

    public DedicatedThreadCache(DedicatedThreadOptions options)
    {
        _options = options;
        _idle = new IdleThreads(_gate, options.IdleLifetime, options.Clock);
        _waiting = new ThreadWorkQueue(_gate, options);
    }

    /// <summary>How many threads there are, idle ones included.</summary>
    public int ThreadCount
    {
        get
        {
            lock (_gate)
            {
                return _threads;
            }
        }
    }

    /// <summary>How many of them have no work and rest.</summary>
    public int IdleCount
    {
        get
        {
            lock (_gate)
            {
                return _idle.Count;
            }
        }
    }

    /// <summary>Runs the work on a thread of the cache, under the caller's context.</summary>
    /// <returns>Ends with the work, as it ended.</returns>
    /// <exception cref="ThreadLimitException">No thread became free in time; the work did not run.</exception>
    /// <exception cref="OperationCanceledException">The token fired while the work still waited; it did not run.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed, or was while the work waited.</exception>
    public ValueTask RunAsync(ThreadWork work, CancellationToken cancellationToken = default)
    {
        work.CaptureContext();
        if (!TryPlace(work, out var thread, out var isNew))
        {
            return WithdrawIfCancelledAsync(work, cancellationToken);
        }

        if (isNew)
        {
            Start(thread!, work);
        }
        else
        {
            thread?.Wake();
        }

        return work.Ending;
    }

    /// <summary>
    /// Ends the idle threads, refuses what waits, and waits for running work, but no longer than the stop time-out: its
    /// threads then end whenever it does.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        var refused = new List<ThreadWork>();
        lock (_gate)
        {
            _disposed = true;
            while (_waiting.TryTake(out var work))
            {
                refused.Add(work);
            }

            _idle.EndAll();
            if (_threads == 0)
            {
                _allEnded.TrySetResult();
            }
        }

        refused.ForEach(work => work.Refuse(new ObjectDisposedException(_options.Name)));
        await _waiting.DisposeAsync().ConfigureAwait(false);
        await _idle.DisposeAsync().ConfigureAwait(false);
        await _allEnded.Task.WaitAsync(_options.StopTimeout, _options.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Called by a thread that has run its work.</summary>
    /// <returns>The next work; null if there is none, and then the thread counts as on its way to the queue.</returns>
    internal ThreadWork? TakeNext()
    {
        lock (_gate)
        {
            if (!_waiting.TryTake(out var work))
            {
                _onTheirWay++;
            }

            return work;
        }
    }

    /// <summary>
    /// Called by a thread that is on its way: started, woken or done with its work. One of them looks out for new work for
    /// some microseconds before it rests, because sleeping and waking costs more than that.
    /// </summary>
    /// <returns>Work; null if there is none, and then the thread is idle or told to end.</returns>
    internal ThreadWork? TakeOrRest(DedicatedThread thread)
    {
        for (var i = 0; i < SearchSpins && _waiting.IsEmpty && Volatile.Read(ref _onTheirWay) == 1; i++)
        {
            Thread.SpinWait(SpinIterations);
        }

        lock (_gate)
        {
            _onTheirWay--;
            if (_waiting.TryTake(out var work))
            {
                return work;
            }

            if (_disposed)
            {
                thread.End();
            }
            else
            {
                _idle.Push(thread);
            }

            return null;
        }
    }

    /// <summary>Called by a thread as its last act.</summary>
    internal void Ended()
    {
        lock (_gate)
        {
            _threads--;
            if (_disposed && _threads == 0)
            {
                _allEnded.TrySetResult();
            }
        }
    }

    /// <summary>
    /// Puts the work into the queue, and finds the thread to be woken or started for it: none if threads enough are on
    /// their way to the queue already.
    /// </summary>
    /// <returns>False if every thread is busy: the work waits for one to be done.</returns>
    private bool TryPlace(ThreadWork work, out DedicatedThread? thread, out bool isNew)
    {
        thread = null;
        isNew = false;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_waiting.Count >= _onTheirWay)
            {
                thread = _idle.Pop();
                isNew = thread is null && _threads < _options.MaxThreads;
                if (isNew)
                {
                    thread = new DedicatedThread(this);
                    _threads++;
                }

                if (thread is null)
                {
                    ThrowIfFull();
                    _waiting.AddWithTimeout(work);
                    return false;
                }

                _onTheirWay++;
            }

            _waiting.Add(work);
            return true;
        }
    }

    private void ThrowIfFull()
    {
        var waiting = _waiting.Count - _onTheirWay;
        if (_options.QueueTimeout == TimeSpan.Zero || waiting >= _options.MaxQueueLength)
        {
            throw new ThreadLimitException(
                $"{_options.Name}: all {_options.MaxThreads} threads are busy and {waiting} pieces of work wait already.");
        }
    }

    /// <summary>Starts a thread that is already counted; outside the lock, because the system takes its time for it.</summary>
    private void Start(DedicatedThread thread, ThreadWork work)
    {
        try
        {
            thread.Start(_options);
        }
        catch (Exception error)
        {
            bool isUnserved;
            lock (_gate)
            {
                _onTheirWay--;
                isUnserved = _waiting.TryRemove(work);
                if (_waiting.Count > _onTheirWay)
                {
                    // Another thread has taken this work, and what that thread was started for has none on its way now.
                    _waiting.LimitWaits();
                }
            }

            Ended();
            if (isUnserved)
            {
                throw new ThreadLimitException($"{_options.Name}: the system gives no further thread.", error);
            }
        }
    }

    private async ValueTask WithdrawIfCancelledAsync(ThreadWork work, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(
            (state, token) => _waiting.Refuse((ThreadWork)state!, new OperationCanceledException(token)), work);
        await using (registration.ConfigureAwait(false))
        {
            await work.Ending.ConfigureAwait(false);
        }
    }
}
