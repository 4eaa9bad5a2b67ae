namespace Asgiref.Core.Sync.Threads;

/// <summary>
/// Who does what in a <see cref="DedicatedThreadCache"/>: the work that waits, the threads that rest, and the number of those
/// on their way to the work. All of it changes together, under one lock.
/// </summary>
internal sealed class DedicatedThreadRoster : IAsyncDisposable
{
    private readonly DedicatedThreadOptions _options;
    private readonly Lock _gate = new();
    private readonly ThreadWorkQueue _waiting;
    private readonly IdleThreads _idle;
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private int _onTheirWay;
    private bool _disposed;

    public DedicatedThreadRoster(DedicatedThreadOptions options)
    {
        _options = options;
        _idle = new IdleThreads(_gate, options.IdleLifetime, options.Clock);
        _waiting = new ThreadWorkQueue(_gate, options);
    }

    /// <inheritdoc cref="DedicatedThreadCache.ThreadCount"/>
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

    /// <inheritdoc cref="DedicatedThreadCache.IdleCount"/>
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

    /// <summary>Whether a thread on its way is the only one and has found no work yet. A look without the lock; only a hint.</summary>
    public bool IsAwaitedByOneThread => _waiting.IsEmpty && Volatile.Read(ref _onTheirWay) == 1;

    /// <summary>
    /// Puts the work into the queue, and finds the thread to be woken or started for it: none if threads enough are on
    /// their way to the queue already.
    /// </summary>
    /// <returns>False if every thread is busy: the work waits for one to be done.</returns>
    /// <exception cref="ThreadLimitException">Too much work waits already.</exception>
    public bool TryPlace(ThreadWork work, out DedicatedThread? thread, out bool isNew)
    {
        thread = null;
        isNew = false;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(DedicatedThreadCache));
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

    /// <summary>Called when a new thread that was found for the work could not be started.</summary>
    /// <returns>True if no other thread has taken the work meanwhile: it is out of the queue.</returns>
    public bool Withdraw(ThreadWork work)
    {
        lock (_gate)
        {
            _onTheirWay--;
            var isUnserved = _waiting.TryRemove(work);
            if (_waiting.Count > _onTheirWay)
            {
                // Another thread has taken this work, and what that thread was started for has none on its way now.
                _waiting.LimitWaits();
            }

            CountEnded();
            return isUnserved;
        }
    }

    /// <summary>Ends work that no thread has taken yet.</summary>
    public void Refuse(ThreadWork work, Exception reason) => _waiting.Refuse(work, reason);

    /// <summary>Called by a thread that has run its work.</summary>
    /// <returns>The next work; null if there is none, and then the thread counts as on its way to the queue.</returns>
    public ThreadWork? TakeNext()
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

    /// <summary>Called by a thread that is on its way: started, woken or done with its work.</summary>
    /// <returns>Work; null if there is none, and then the thread is idle or told to end.</returns>
    public ThreadWork? TakeOrRest(DedicatedThread thread)
    {
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
    public void Ended()
    {
        lock (_gate)
        {
            CountEnded();
        }
    }

    /// <summary>Takes no more work, refuses what waits, and waits for the threads, no longer than the stop time-out.</summary>
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

    private void CountEnded()
    {
        _threads--;
        if (_disposed && _threads == 0)
        {
            _allEnded.TrySetResult();
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
}
