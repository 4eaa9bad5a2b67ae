namespace Asgiref.Core.Sync;

/// <summary>
/// A bounded cache of background threads of its own, for work that blocks. Blocked work must never sit on pool
/// threads: enough of it there stops every asynchronous continuation of the process.
/// </summary>
/// <remarks>
/// Threads start when work finds none free, take waiting work in the order it came, and end when they were idle for
/// their lifetime. The one that became idle last works next, so that a quiet time leaves the rest to end. Safe for
/// concurrent use.
/// </remarks>
internal sealed class DedicatedThreadCache : IAsyncDisposable
{
    private readonly DedicatedThreadOptions _options;
    private readonly Lock _gate = new();
    private readonly List<DedicatedThread> _idle = [];
    private readonly LinkedList<ThreadWork> _waiting = new();
    private readonly ITimer _queueTimer;
    private readonly ITimer _idleTimer;
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private bool _idleTimerArmed;
    private bool _disposed;

    public DedicatedThreadCache(DedicatedThreadOptions options)
    {
        _options = options;
        _queueTimer = CreateTimer(static cache => ((DedicatedThreadCache)cache!).RefuseOverdue());
        _idleTimer = CreateTimer(static cache => ((DedicatedThreadCache)cache!).EndIdle());
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

    /// <summary>Runs the work on a thread of the cache, under the caller's context.</summary>
    /// <returns>Ends with the work, as it ended.</returns>
    /// <exception cref="ThreadLimitException">No thread became free in time; the work did not run.</exception>
    /// <exception cref="OperationCanceledException">The token fired while the work still waited; it did not run.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed, or was while the work waited.</exception>
    public ValueTask RunAsync(ThreadWork work, CancellationToken cancellationToken = default)
    {
        work.CaptureContext();
        return TryPlace(work) ? work.Ending : WaitForThreadAsync(work, cancellationToken);
    }

    /// <summary>Ends the idle threads, refuses what waits, and waits until running work has ended too.</summary>
    public async ValueTask DisposeAsync()
    {
        ThreadWork[] refused;
        lock (_gate)
        {
            _disposed = true;
            refused = [.. _waiting];
            _waiting.Clear();
            _idle.ForEach(static thread => thread.End());
            _idle.Clear();
            if (_threads == 0)
            {
                _allEnded.TrySetResult();
            }
        }

        foreach (var work in refused)
        {
            work.Place = null;
            work.Refuse(new ObjectDisposedException(_options.Name));
        }

        await _queueTimer.DisposeAsync().ConfigureAwait(false);
        await _idleTimer.DisposeAsync().ConfigureAwait(false);
        await _allEnded.Task.ConfigureAwait(false);
    }

    /// <summary>Called by a thread that has run its work: gives it waiting work, or makes it idle.</summary>
    internal ThreadWork? NextFor(DedicatedThread thread)
    {
        lock (_gate)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                first.Value.Place = null;
                return first.Value;
            }

            if (_disposed)
            {
                thread.End();
                return null;
            }

            thread.IdleSince = _options.Clock.GetTimestamp();
            _idle.Add(thread);
            if (!_idleTimerArmed && _options.IdleLifetime != Timeout.InfiniteTimeSpan)
            {
                _idleTimerArmed = true;
                _idleTimer.Change(_options.IdleLifetime, Timeout.InfiniteTimeSpan);
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

    /// <summary>Gives the work to a thread, or puts it into the queue.</summary>
    /// <returns>False if it is in the queue.</returns>
    private bool TryPlace(ThreadWork work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idle.Count > 0)
            {
                var thread = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                thread.Give(work);
                return true;
            }

            if (_threads == _options.MaxThreads)
            {
                Enqueue(work);
                return false;
            }

            _threads++;
        }

        StartThread(work);
        return true;
    }

    /// <summary>Starts a thread that is already counted; outside the lock, because the system takes its time for it.</summary>
    private void StartThread(ThreadWork first)
    {
        try
        {
            new DedicatedThread(this, first).Start(_options.Name);
        }
        catch
        {
            Ended();
            throw;
        }
    }

    private void Enqueue(ThreadWork work)
    {
        if (_options.QueueTimeout == TimeSpan.Zero || _waiting.Count >= _options.MaxQueueLength)
        {
            throw new ThreadLimitException(
                $"{_options.Name}: all {_options.MaxThreads} threads are busy and {_waiting.Count} pieces of work wait already.");
        }

        work.QueuedAt = _options.Clock.GetTimestamp();
        work.Place = _waiting.AddLast(work);
        if (_waiting.Count == 1)
        {
            _queueTimer.Change(_options.QueueTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private async ValueTask WaitForThreadAsync(ThreadWork work, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(
            (state, token) => Withdraw((ThreadWork)state!, new OperationCanceledException(token)), work);
        await using (registration.ConfigureAwait(false))
        {
            await work.Ending.ConfigureAwait(false);
        }
    }

    private void Withdraw(ThreadWork work, Exception reason)
    {
        lock (_gate)
        {
            if (work.Place is null)
            {
                return;
            }

            _waiting.Remove(work.Place);
            work.Place = null;
        }

        work.Refuse(reason);
    }

    private void RefuseOverdue()
    {
        var overdue = new List<ThreadWork>();
        lock (_gate)
        {
            while (_waiting.First is { } first)
            {
                var left = _options.QueueTimeout - _options.Clock.GetElapsedTime(first.Value.QueuedAt);
                if (left > TimeSpan.Zero)
                {
                    _queueTimer.Change(AtLeastOneTick(left), Timeout.InfiniteTimeSpan);
                    break;
                }

                _waiting.RemoveFirst();
                first.Value.Place = null;
                overdue.Add(first.Value);
            }
        }

        foreach (var work in overdue)
        {
            work.Refuse(new ThreadLimitException(
                $"{_options.Name}: none of the {_options.MaxThreads} threads became free within {_options.QueueTimeout.TotalSeconds:0.###} s."));
        }
    }

    private void EndIdle()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            var expired = 0;
            while (expired < _idle.Count && _options.Clock.GetElapsedTime(_idle[expired].IdleSince) >= _options.IdleLifetime)
            {
                _idle[expired++].End();
            }

            _idle.RemoveRange(0, expired);
            _idleTimerArmed = _idle.Count > 0;
            if (_idleTimerArmed)
            {
                var left = _options.IdleLifetime - _options.Clock.GetElapsedTime(_idle[0].IdleSince);
                _idleTimer.Change(AtLeastOneTick(left), Timeout.InfiniteTimeSpan);
            }
        }
    }

    // A timer counts whole milliseconds and may fire a little early; a wait of zero would then spin.
    private static TimeSpan AtLeastOneTick(TimeSpan left) => left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);

    private ITimer CreateTimer(TimerCallback callback) =>
        _options.Clock.CreateTimer(callback, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
