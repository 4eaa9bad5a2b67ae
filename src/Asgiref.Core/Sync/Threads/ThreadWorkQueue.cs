using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Sync.Threads;

/// <summary>
/// The work of a <see cref="DedicatedThreadCache"/> that no thread has taken yet, in the order it came. The links are in the
/// work itself, because this is on every request's path. Guarded by the cache's lock, apart from <see cref="Refuse"/>,
/// <see cref="IsEmpty"/> and the timer.
/// </summary>
internal sealed class ThreadWorkQueue : IAsyncDisposable
{
    private readonly Lock _gate;
    private readonly DedicatedThreadOptions _options;
    private readonly ITimer _timer;
    private ThreadWork? _first;
    private ThreadWork? _last;
    private bool _armed;

    public ThreadWorkQueue(Lock gate, DedicatedThreadOptions options)
    {
        _gate = gate;
        _options = options;
        _timer = options.Clock.CreateTimer(
            static queue => ((ThreadWorkQueue)queue!).RefuseOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count { get; private set; }

    /// <summary>A look without the lock; only a hint.</summary>
    public bool IsEmpty => Volatile.Read(ref _first) is null;

    /// <summary>Adds work for which a thread is on its way.</summary>
    public void Add(ThreadWork work)
    {
        work.Previous = _last;
        if (_last is null)
        {
            _first = work;
        }
        else
        {
            _last.Next = work;
        }

        _last = work;
        work.QueuedAt = _options.Clock.GetTimestamp();
        work.IsQueued = true;
        Count++;
    }

    /// <summary>Adds work that waits for a busy thread; it is refused when none has become free in time.</summary>
    public void AddWithTimeout(ThreadWork work)
    {
        Add(work);
        LimitWaits();
    }

    /// <summary>From now on what waits is refused when it has waited too long.</summary>
    public void LimitWaits()
    {
        if (!_armed)
        {
            _armed = true;
            _timer.ChangeTo(_options.QueueTimeout);
        }
    }

    public bool TryTake([NotNullWhen(true)] out ThreadWork? work)
    {
        work = _first;
        return work is not null && TryRemove(work);
    }

    /// <summary>Takes this piece of work out.</summary>
    /// <returns>False if it is not in the queue any more.</returns>
    public bool TryRemove(ThreadWork work)
    {
        if (!work.IsQueued)
        {
            return false;
        }

        if (work.Previous is { } previous)
        {
            previous.Next = work.Next;
        }
        else
        {
            _first = work.Next;
        }

        if (work.Next is { } next)
        {
            next.Previous = work.Previous;
        }
        else
        {
            _last = work.Previous;
        }

        work.Previous = null;
        work.Next = null;
        work.IsQueued = false;
        Count--;
        return true;
    }

    /// <summary>Ends work that no thread has taken yet; to be called without the lock.</summary>
    public void Refuse(ThreadWork work, Exception reason)
    {
        bool isQueued;
        lock (_gate)
        {
            isQueued = TryRemove(work);
        }

        if (isQueued)
        {
            work.Refuse(reason);
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void RefuseOverdue()
    {
        var overdue = new List<ThreadWork>();
        lock (_gate)
        {
            _armed = false;
            while (_first is { } first)
            {
                var left = _options.QueueTimeout - _options.Clock.GetElapsedTime(first.QueuedAt);
                if (left > TimeSpan.Zero)
                {
                    _armed = true;
                    _timer.ChangeTo(left);
                    break;
                }

                TryRemove(first);
                overdue.Add(first);
            }
        }

        overdue.ForEach(work => work.Refuse(new ThreadLimitException(
            $"{_options.Name}: none of the {_options.MaxThreads} threads became free within {_options.QueueTimeout.TotalSeconds:0.###} s.")));
    }
}
