using System.Diagnostics;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Loops;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>One call that somebody observes: its activity and its part in the instruments. Calls nobody observes have none.</summary>
/// <remarks>
/// Never throws, whatever a listener does. The call tells what becomes of it, each step once; a cancellation may tell the
/// end at the same time as the caller's thread tells the executor, nothing else overlaps.
/// </remarks>
internal sealed class CallObservation
{
    private readonly Lock _gate = new();
    private readonly long _madeAt = TimeProvider.System.GetTimestamp();
    private readonly string _activityName;
    private readonly string? _functionName;
    private Activity? _activity;
    private string _executor = ExecutorNames.None;
    private long _begunAt;
    private bool _isCountedAsQueued;
    private bool _isCountedAsRunning;
    private bool _hasBegun;
    private bool _hasEnded;

    private CallObservation(string activityName, string? functionName)
    {
        _activityName = activityName;
        _functionName = functionName;
    }

    /// <summary>To be called where the call is made.</summary>
    /// <returns>Null if nobody listens.</returns>
    public static CallObservation? Of(SyncWork call) => SyncInstruments.AreObserved
        ? Begin(SyncDiagnostics.SyncToAsyncActivity, SyncInstruments.Source.HasListeners() ? call.FunctionName : null)
        : null;

    /// <inheritdoc cref="Of(SyncWork)"/>
    public static CallObservation? Of(LoopCall call) => SyncInstruments.AreObserved
        ? Begin(SyncDiagnostics.AsyncToSyncActivity, SyncInstruments.Source.HasListeners() ? call.FunctionName : null)
        : null;

    /// <summary>The call is about to be queued there; again if an executor did not take it.</summary>
    public void SubmittedTo(string executor)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            LeaveQueue();
            _executor = executor;
            _isCountedAsQueued = SyncInstruments.AddQueued(1, executor);
        }
    }

    /// <summary>The function is about to run, on this thread.</summary>
    public void Begun()
    {
        lock (_gate)
        {
            LeaveQueue();
            _hasBegun = true;
            _begunAt = TimeProvider.System.GetTimestamp();
            _isCountedAsRunning = SyncInstruments.AddRunning(1, _executor);
        }

        SyncInstruments.RecordQueueTime(TimeProvider.System.GetElapsedTime(_madeAt, _begunAt), _executor);
        _activity?.AddEvent(new ActivityEvent(SyncDiagnostics.StartedEvent));
    }

    /// <summary>Makes the call's activity the current one, in the context of the function.</summary>
    /// <returns>The activity around the call, for <see cref="Leave"/>.</returns>
    public Activity? Enter()
    {
        var outer = Activity.Current;
        if (_activity is not null)
        {
            Activity.Current = _activity;
        }

        return outer;
    }

    /// <summary>
    /// Takes the call's activity out of a context that goes back to the caller. An activity that the function has left
    /// running stays the current one, as any other change of the function's does.
    /// </summary>
    public void Leave(Activity? outer)
    {
        if (_activity is not null && (Activity.Current == _activity || Activity.Current is { IsStopped: true }))
        {
            // One that has ended meanwhile can't become the current one again.
            Activity.Current = outer is { IsStopped: true } ? null : outer;
        }
    }

    /// <summary>The function has ended, or will never run.</summary>
    /// <param name="error">What it threw, or why it will not run; null if it returned.</param>
    public void Ended(Exception? error)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            LeaveQueue();
            if (_isCountedAsRunning)
            {
                SyncInstruments.AddRunning(-1, _executor);
            }
        }

        if (_hasBegun)
        {
            var outcome = error switch { null => "returned", OperationCanceledException => "cancelled", _ => "raised" };
            SyncInstruments.RecordRunTime(TimeProvider.System.GetElapsedTime(_begunAt), _executor, outcome);
        }

        if (_activity is not null)
        {
            InCopyOfContext(() => Stop(_activity, error));
        }
    }

    private static CallObservation Begin(string activityName, string? functionName)
    {
        var observation = new CallObservation(activityName, functionName);
        if (functionName is not null)
        {
            InCopyOfContext(observation.Start);
        }

        return observation;
    }

    /// <summary>Starting and stopping change the current activity, and listeners may change more: none of it is for this code.</summary>
    private static void InCopyOfContext(Action action) => ExecutionContext.Run(
        CallerContext.Capture(),
        static action => SyncDiagnostics.Guard(static action => action(), (Action)action!),
        action);

    private void Start()
    {
        _activity = SyncInstruments.Source.StartActivity(_activityName);
        _activity?.SetTag(SyncDiagnostics.FunctionTag, _functionName);
    }

    private void Stop(Activity activity, Exception? error)
    {
        activity.SetTag(SyncDiagnostics.ExecutorTag, _executor);
        if (error is not null)
        {
            activity.SetTag("error.type", error.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error, error.Message);
        }

        activity.Stop();
    }

    private void LeaveQueue()
    {
        if (_isCountedAsQueued)
        {
            _isCountedAsQueued = false;
            SyncInstruments.AddQueued(-1, _executor);
        }
    }
}
