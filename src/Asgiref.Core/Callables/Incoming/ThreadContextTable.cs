using Asgiref.Core.Sync;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>
/// Finds the thread-sensitive context that a call comes with: one of this process that has gone out before, or one of
/// another process, which gets a thread here for as long as its calls come. Safe for concurrent use.
/// </summary>
/// <param name="limit">How many contexts of other processes there may be.</param>
/// <param name="idleTime">How long one of them is kept without a call.</param>
/// <param name="clock">Measures it.</param>
internal sealed class ThreadContextTable(int limit, TimeSpan idleTime, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, ThreadContextPlace> _places = [];
    private readonly Dictionary<Guid, WeakReference<ThreadSensitiveContext>> _own = [];
    private ITimer? _timer;
    private bool _armed;

    /// <summary>How many contexts of other processes have a place.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>How many contexts of this process are known by their ids.</summary>
    public int OwnCount
    {
        get
        {
            lock (_gate)
            {
                return _own.Count;
            }
        }
    }

    /// <summary>Makes a context of this process known by its id.</summary>
    public void AddOwn(Guid id, WeakReference<ThreadSensitiveContext> context)
    {
        lock (_gate)
        {
            _own[id] = context;
        }
    }

    /// <summary>The context has ended.</summary>
    public void RemoveOwn(Guid id)
    {
        lock (_gate)
        {
            _own.Remove(id);
        }
    }

    /// <summary>Finds the context for a call, or makes it; <see cref="Leave"/> is to be called when the call has ended.</summary>
    /// <returns>False if there are too many.</returns>
    public bool TryEnter(Guid id, out ThreadContextUse use)
    {
        lock (_gate)
        {
            if (_own.TryGetValue(id, out var weak) && weak.TryGetTarget(out var own))
            {
                use = new ThreadContextUse(own, null);
                return true;
            }

            if (!_places.TryGetValue(id, out var place))
            {
                if (_places.Count >= limit)
                {
                    use = default;
                    return false;
                }

                place = new ThreadContextPlace(id, ThreadSensitiveContext.OfPeer(id));
                _places.Add(id, place);
            }

            place.Calls++;
            use = new ThreadContextUse(place.Context, place);
            return true;
        }
    }

    /// <summary>A call has ended; the context's idle time begins with the last.</summary>
    /// <param name="use">What it had.</param>
    /// <param name="hasRun">
    /// Whether it was accepted. A place in which no call was goes with it: of a call that its caller left before, the end of
    /// the context may have been told already.
    /// </param>
    public void Leave(in ThreadContextUse use, bool hasRun)
    {
        if (use.Place is not { } place)
        {
            return;
        }

        lock (_gate)
        {
            place.HasRun |= hasRun;
            if (--place.Calls > 0 || _places.GetValueOrDefault(place.Id) != place)
            {
                return;
            }

            if (!place.HasRun)
            {
                // Nor has it a thread.
                _places.Remove(place.Id);
                return;
            }

            place.IdleSince = clock.GetTimestamp();
            if (!_armed)
            {
                Arm(idleTime);
            }
        }
    }

    /// <summary>The owner of the context has left it, or is lost. Calls that still run or wait in it end in it.</summary>
    public void End(Guid id)
    {
        ThreadContextPlace? place;
        lock (_gate)
        {
            _places.Remove(id, out place);
        }

        place?.Context.Worker.CompleteAsync();
    }

    /// <summary>Ends all contexts of other processes: the way to their owners is lost.</summary>
    public void EndAll()
    {
        ThreadContextPlace[] places;
        lock (_gate)
        {
            places = [.. _places.Values];
            _places.Clear();
        }

        EndAll(places);
    }

    private static void EndAll(IEnumerable<ThreadContextPlace> places)
    {
        foreach (var place in places)
        {
            _ = place.Context.Worker.CompleteAsync();
        }
    }

    /// <summary>Called under the lock.</summary>
    private void Arm(TimeSpan time)
    {
        _armed = true;
        _timer ??= CreateTimer();
        _timer.Change(time, Timeout.InfiniteTimeSpan);
    }

    private ITimer CreateTimer()
    {
        // The timer lives as long as the table; it must not keep the context of the call that needed it first.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return clock.CreateTimer(
                static table => ((ThreadContextTable)table!).EndIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void EndIdle()
    {
        var ended = new List<ThreadContextPlace>();
        lock (_gate)
        {
            _armed = false;
            var next = TimeSpan.MaxValue;
            foreach (var place in _places.Values.Where(static place => place.Calls == 0))
            {
                var left = idleTime - clock.GetElapsedTime(place.IdleSince);
                if (left <= TimeSpan.Zero)
                {
                    ended.Add(place);
                }
                else if (left < next)
                {
                    next = left;
                }
            }

            ended.ForEach(place => _places.Remove(place.Id));
            if (next != TimeSpan.MaxValue)
            {
                Arm(next);
            }
        }

        EndAll(ended);
    }
}
