using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Callables.Definitions;
using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Work;
using Asgiref.Core.Timeouts;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>An accepted call from another process, from its start to the end of its function: who hears of it, and when.</summary>
/// <remarks>
/// Safe for concurrent use: the function, its time and its caller's leaving may end it at the same moment. What both the end and
/// the passing of the time change is under the lock of <c>_running</c>, an object of the call's own: few calls need it.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose, and its token outlives the call.")]
internal sealed partial class IncomingCall : WatchedDeadline, ICallerWatch
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CallableHost _host;
    private readonly Callable _callable;
    private readonly IIncomingCall _call;
    private readonly IncomingPlace _place;
    private readonly RunningCall _running;
    private readonly SyncFlow _flow;
    private readonly bool _mayRunHere;
    private Activity? _activity;
    private CallFailure? _timedOut;
    private bool _ended;

    public IncomingCall(CallableHost host, Callable callable, IIncomingCall call, IncomingPlace place, bool mayRunHere)
    {
        _mayRunHere = mayRunHere;
        _host = host;
        _callable = callable;
        _call = call;
        _place = place;
        _running = new RunningCall(call.Request, host.Options.TimeProvider);
        var frame = place.Frame ?? SyncFlow.None;
        _flow = frame with { Call = _running, SensitiveContext = frame.SensitiveContext ?? place.Context.Context };
    }

    public CallRequest Request => _call.Request;

    /// <summary>The function's ambient token: fires when its time has passed, or when nobody waits for it any more.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>The function's work, if it is synchronous.</summary>
    public SyncWork? Work { get; set; }

    /// <summary>Starts the function. Runs no application code on this thread, unless that was allowed.</summary>
    public void Begin()
    {
        _call.WatchCaller(this);
        if (Request.Timeout is { } time)
        {
            _host.Deadlines.Add(this, time, _running.Begun);
        }

        if (_callable.Kind == CallableKind.Sync)
        {
            EmptyContext.Run(
                static state =>
                {
                    var call = (IncomingCall)state!;
                    call.EnterContext();
                    call._callable.Begin(call);
                },
                this);
        }
        else
        {
            _callable.Begin(this);
        }
    }

    /// <summary>Gives the running code the state of the call: its place in the tree, its token, the caller's bag, the trace.</summary>
    public void EnterContext()
    {
        SyncFlow.Current = _flow;
        AsgiCancellation.Enter(Token);
        LocalFlow.Use(new LocalHolder());
        if (Request.Context.Count > 0)
        {
            ContextBag.Use(Request.Context);
        }

        if (SyncInstruments.Source.HasListeners() && ActivityContext.TryParse(Request.TraceParent, Request.TraceState, isRemote: true, out var parent))
        {
            SyncDiagnostics.Guard(
                static state => state.call._activity = CallActivities.Start(
                    CallableDiagnostics.IncomingActivity, ActivityKind.Server, state.parent, state.call._callable.Name),
                (call: this, parent));
        }
    }

    /// <summary>What the function has changed in the bag so far; called in its context.</summary>
    public ContextBagDelta TakeChanges() => ContextBag.Current.ChangesSince(Request.Context);

    /// <summary>Sends an item of a stream.</summary>
    public ValueTask SendItemAsync(CallPayload item) => _call.SendItemAsync(item);

    /// <summary>The function has returned, or never will run. Called once; never throws.</summary>
    public void End(CallPayload result, ContextBagDelta? changes, Exception? error)
    {
        var outcome = OutcomeOf(result, changes, error);
        if (Request.Timeout is not null && !_host.Deadlines.Remove(this))
        {
            // Its time passes at this moment, or has passed.
            lock (_running)
            {
                _ended = true;
                outcome = _timedOut is null ? outcome : CallOutcome.Failed(_timedOut, outcome.Changes);
            }
        }

        _call.WatchCaller(null);
        _running.End();
        if (_activity is { } activity)
        {
            var type = error?.GetType().FullName ?? outcome.Failure?.Kind.ToString();
            SyncDiagnostics.Guard(
                static call => CallActivities.Stop(call.Activity, call.Type, call.Message),
                (Activity: activity, Type: type, Message: outcome.Failure?.Message));
        }

        // The place is free before the caller's process hears that it is.
        _host.Leave(_callable, _place, outcome.Failure);
        _host.Observe(_call.EndAsync(outcome), _callable);
    }

    private CallOutcome OutcomeOf(CallPayload result, ContextBagDelta? changes, Exception? error)
    {
        changes ??= ContextBagDelta.None;
        if (error is not null)
        {
            return CallOutcome.Failed(CallFailures.Of(error, _host.Options.DetailedErrors), FittingChanges(changes) ?? ContextBagDelta.None);
        }

        return FittingChanges(changes) is { } fitting
            ? CallOutcome.Returned(result, fitting)
            : CallOutcome.Failed(new CallFailure(
                CallFailureKind.BadArgument,
                $"'{_callable.Name}' has changed more of the context bag than {_host.Options.ContextValues} bytes ({nameof(CallableOptions.ContextValues)})."));
    }

    private ContextBagDelta? FittingChanges(ContextBagDelta changes)
    {
        if (changes.IsEmpty || ContextSize.Of(changes) <= _host.Options.ContextValues)
        {
            return changes;
        }

        _host.Observer.Reached(CallableLimit.ContextValues);
        return null;
    }

    /// <summary>Nobody listens any more. What listens to the token may be the application's code: this thread does not run it.</summary>
    void ICallerWatch.CallerLeft() => _cancellation.CancelAsync();

    protected internal override void OnPassed()
    {
        var waitsFor = CallWait.Describe(this, _host.Calls, _callable.Name);
        lock (_running)
        {
            if (_ended)
            {
                return;
            }

            _timedOut = new CallFailure(
                CallFailureKind.TimedOut, $"'{_callable.Name}' had no result after {Request.Timeout!.Value.TotalSeconds:0.###} s: {waitsFor}.");
            if (!_call.HasCallerLeft)
            {
                _host.Observer.Reached(CallableLimit.CallTime);
                if (Work is not { HasBegun: false })
                {
                    _host.Observer.CallGivenUp(_callable.Name);
                }

                _host.Observe(_call.GiveUp(CallOutcome.Failed(_timedOut)), _callable);
            }
        }

        _cancellation.CancelAsync();
    }
}
