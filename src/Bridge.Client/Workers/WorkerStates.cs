using Microsoft.Extensions.Logging;

namespace Bridge.Client.Workers;

/// <summary>
/// The state of a worker, which follows from a few facts, and whoever watches it. Changes are told in order, one at a
/// time, on the thread that made the first of them. Safe for concurrent use.
/// </summary>
internal sealed class WorkerStates(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Queue<WorkerStateChangedEventArgs> _changes = [];
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _telling;
    private bool _begun;
    private bool _applicationsAreUp;
    private int _usableSessions;
    private bool _draining;
    private bool _stopped;
    private bool _failed;
    private WorkerState _state;

    /// <summary>Tells of a change; set once, before the first one.</summary>
    public Action<WorkerStateChangedEventArgs> Changed { get; set; } = static _ => { };

    public WorkerState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Ends when the worker is ready; fails when it never will be. Another one after it has not been ready for a while.</summary>
    public Task Ready
    {
        get
        {
            lock (_gate)
            {
                return _ready.Task;
            }
        }
    }

    public void Begin() => Update(() => _begun = true);

    public void ApplicationsAreUp() => Update(() => _applicationsAreUp = true);

    /// <summary>A session can take instances.</summary>
    public void SessionUsable() => Update(() => _usableSessions++);

    /// <summary>A session that could cannot any more.</summary>
    public void SessionUnusable() => Update(() => _usableSessions--);

    public void Drain() => Update(() => _draining = true);

    /// <param name="error">Why the worker failed; null if it did not.</param>
    public void End(WorkerException? error) => Update(() =>
    {
        _stopped = true;
        _failed = error is not null;
        if (_ready.Task.IsCompleted)
        {
            _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ready.SetException(error ?? new WorkerException(WorkerError.Ended, "The worker has ended."));

        // Nobody need wait for it.
        _ = _ready.Task.Exception;
    });

    private void Update(Action change)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            change();
            Follow(StateNow());
            if (_telling || _changes.Count == 0)
            {
                return;
            }

            _telling = true;
        }

        Tell();
    }

    private WorkerState StateNow() =>
        _failed ? WorkerState.Failed
        : _stopped ? WorkerState.Stopped
        : _draining ? WorkerState.Draining
        : !_begun ? WorkerState.Created
        : !_applicationsAreUp ? WorkerState.Starting
        : _usableSessions > 0 ? WorkerState.Ready
        : WorkerState.Connecting;

    private void Follow(WorkerState next)
    {
        if (next == _state)
        {
            return;
        }

        _changes.Enqueue(new WorkerStateChangedEventArgs(_state, next));
        if (next == WorkerState.Ready)
        {
            _ready.TrySetResult();
        }
        else if (_state == WorkerState.Ready && !_stopped)
        {
            _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _state = next;
    }

    private void Tell()
    {
        while (true)
        {
            WorkerStateChangedEventArgs? change;
            lock (_gate)
            {
                if (!_changes.TryDequeue(out change))
                {
                    _telling = false;
                    return;
                }
            }

            try
            {
                Changed(change);
            }
            catch (Exception error)
            {
                WorkerLog.StateListenerFailed(logger, error);
            }
        }
    }
}
