using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>
/// Reports functions that keep a thread for long while other calls wait for it, with their names: a thread-sensitive
/// function that waits for another one starves it (SYNC-28), which is no deadlock that could be refused (DEAD-05), and
/// one that blocks on an event loop stops all of the loop's code.
/// </summary>
/// <remarks>
/// <para>Watches, in the whole process, the thread for thread-sensitive calls, those of
/// <see cref="ThreadSensitiveContext"/>s, those blocked in <see cref="AsyncToSync"/>, and the <see cref="EventLoop"/>s. Calls
/// on the thread pool and on executors of the user's wait for no particular call and are not watched.</para>
/// <para>From its construction until it is disposed. Calls pay for it only when they queue behind another; a timer exists
/// only while one does. A call that already waits when the watch is made is seen with the next one that joins it.</para>
/// <para>A report comes when the limit is over, later by up to a quarter of it, and again each time the held time has
/// doubled. Several watches with different limits do not disturb each other. Safe for concurrent use.</para>
/// </remarks>
public sealed class BusyThreadWatch : IDisposable
{
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(24);

    private readonly BusyThreadWatchOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<IBusyThread, Note> _notes = [];
    private readonly ITimer? _timer;
    private bool _armed;
    private bool _disposed;

    /// <summary>Begins to watch.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of its range.</exception>
    public BusyThreadWatch(BusyThreadWatchOptions? options = null)
    {
        SyncInstruments.Publish();
        _options = options ?? new BusyThreadWatchOptions();
        if (_options.Limit == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        if (_options.Limit <= TimeSpan.Zero || _options.Limit > LongestLimit)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), _options.Limit, $"{nameof(BusyThreadWatchOptions.Limit)} must be above zero and at most 24 days.");
        }

        _timer = _options.Clock.CreateTimer(
            static watch => ((BusyThreadWatch)watch!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        BusyThreads.Add(this);
    }

    /// <summary>
    /// Raised for each report, one at a time, on a timer's thread: a handler that blocks stops the watch, one that throws
    /// does not (<see cref="SyncDiagnostics.HandlerFailed"/>).
    /// </summary>
    public event EventHandler<BusyThreadEventArgs>? ThreadBusy;

    /// <summary>Ends the watch; a report that is under way may still come.</summary>
    public void Dispose()
    {
        BusyThreads.Remove(this);
        lock (_gate)
        {
            _disposed = true;
            _notes.Clear();
        }

        _timer?.Dispose();
    }

    /// <summary>Called under the executor's lock when a call waits behind another.</summary>
    internal void Notice(IBusyThread thread, int turn)
    {
        lock (_gate)
        {
            if (!_disposed && !(_notes.TryGetValue(thread, out var note) && note.Turn == turn))
            {
                _notes[thread] = Begin(turn);
                Arm();
            }
        }
    }

    /// <summary>Called when the executor has ended.</summary>
    internal void Forget(IBusyThread thread)
    {
        lock (_gate)
        {
            _notes.Remove(thread);
        }
    }

    private Note Begin(int turn) => new(turn, _options.Clock.GetTimestamp(), _options.Limit);

    private void Arm()
    {
        if (!_armed)
        {
            _armed = true;
            _timer!.ChangeTo(_options.Limit / 4);
        }
    }

    private void Sweep()
    {
        KeyValuePair<IBusyThread, Note>[] notes;
        lock (_gate)
        {
            // An executor that is looked at may notify under its lock at the same time: it is not looked at under this one.
            notes = [.. _notes];
            _notes.Clear();
        }

        foreach (var (thread, note) in notes)
        {
            if (thread.TryLook(out var state))
            {
                Keep(thread, Judge(thread, note, state));
            }
        }

        lock (_gate)
        {
            _armed = false;
            if (_notes.Count > 0)
            {
                Arm();
            }
        }
    }

    /// <returns>The note for the next look.</returns>
    private Note Judge(IBusyThread thread, Note note, in BusyThreadState state)
    {
        if (state.Turn != note.Turn)
        {
            return Begin(state.Turn);
        }

        var held = _options.Clock.GetElapsedTime(note.Since);
        if (held < note.ReportAt)
        {
            return note;
        }

        SyncInstruments.CountReport();
        SyncDiagnostics.Raise(ThreadBusy, this, new BusyThreadEventArgs(thread.Executor, state, held));
        return note with { ReportAt = held * 2 };
    }

    private void Keep(IBusyThread thread, Note note)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _notes.TryAdd(thread, note);
            }
        }
    }

    /// <param name="Turn">The call that had the thread.</param>
    /// <param name="Since">Since when it is known to have it while others wait, in the clock's ticks.</param>
    /// <param name="ReportAt">After how long it is reported next.</param>
    private readonly record struct Note(int Turn, long Since, TimeSpan ReportAt);
}
