namespace Asgiref.Core.Timeouts;

/// <summary>
/// Watches many time limits of which nearly all are met: adding and removing one costs a few writes and no object, where a timer
/// of its own costs four. Safe for concurrent use.
/// </summary>
/// <remarks>
/// One timer serves all. It is armed for the earliest limit and not disarmed when that is met: so it may fire for nobody, once,
/// and then it is armed for the earliest that is left, if any. When it fires it looks at every limit that is watched. One that has
/// been removed is not referred to any more.
/// </remarks>
/// <param name="clock">Measures the times.</param>
internal sealed class Deadlines(TimeProvider clock)
{
    /// <summary>A limit that is farther away is looked at again after this; timers take no more than 49 days.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);

    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(10_000);

    private readonly Lock _gate = new();
    private readonly double _timestampsInTick = (double)clock.TimestampFrequency / TimeSpan.TicksPerSecond;
    private ITimer? _timer;
    private WatchedDeadline? _latest;
    private long _wakesAt = long.MaxValue;

    /// <summary>Watches a limit from now on. One that is watched already must be removed first.</summary>
    /// <param name="deadline">Is told once when its time has passed, never before.</param>
    /// <param name="time">The time, above zero; more than 10,000 days count as these.</param>
    /// <param name="from">When it begins: a timestamp of the clock, not in the future.</param>
    public void Add(WatchedDeadline deadline, TimeSpan time, long from)
    {
        var due = from + (long)((time < LongestLimit ? time : LongestLimit).Ticks * _timestampsInTick);
        lock (_gate)
        {
            deadline.Due = due;
            deadline.IsWatched = true;
            deadline.Earlier = _latest;
            if (_latest is not null)
            {
                _latest.Later = deadline;
            }

            _latest = deadline;
            if (due < _wakesAt)
            {
                WakeAt(due, clock.GetTimestamp());
            }
        }
    }

    /// <summary>Watches it no more; does nothing if it is not watched.</summary>
    /// <returns>False: it was not. If it was added, <see cref="WatchedDeadline.OnPassed"/> has been called, or is about to be.</returns>
    public bool Remove(WatchedDeadline deadline)
    {
        lock (_gate)
        {
            if (!deadline.IsWatched)
            {
                return false;
            }

            Unlink(deadline);
            return true;
        }
    }

    /// <summary>Under the lock.</summary>
    private void Unlink(WatchedDeadline deadline)
    {
        deadline.IsWatched = false;
        if (deadline.Later is { } later)
        {
            later.Earlier = deadline.Earlier;
        }
        else
        {
            _latest = deadline.Earlier;
        }

        if (deadline.Earlier is { } earlier)
        {
            earlier.Later = deadline.Later;
        }

        deadline.Earlier = deadline.Later = null;
    }

    /// <summary>Under the lock.</summary>
    private void WakeAt(long due, long now)
    {
        _wakesAt = due;
        var wait = due > now ? clock.GetElapsedTime(now, due) : TimeSpan.Zero;

        // Timers cut off parts of a millisecond, and would fire in vain before it.
        var whole = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        _timer ??= CreateTimer();
        _timer.Change(whole < LongestWait ? whole : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private ITimer CreateTimer()
    {
        // It is for everybody, and must not keep the context of whoever needs it first.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return clock.CreateTimer(
                static deadlines => ((Deadlines)deadlines!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        foreach (var passed in TakePassed())
        {
            passed.OnPassed();
        }
    }

    /// <returns>Those whose time has passed, the one that was added first in front.</returns>
    private List<WatchedDeadline> TakePassed()
    {
        var passed = new List<WatchedDeadline>();
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var next = long.MaxValue;
            for (var deadline = _latest; deadline is not null;)
            {
                var earlier = deadline.Earlier;
                if (deadline.Due <= now)
                {
                    Unlink(deadline);
                    passed.Add(deadline);
                }
                else
                {
                    next = Math.Min(next, deadline.Due);
                }

                deadline = earlier;
            }

            _wakesAt = long.MaxValue;
            if (next < long.MaxValue)
            {
                WakeAt(next, now);
            }
        }

        passed.Reverse();
        return passed;
    }
}
