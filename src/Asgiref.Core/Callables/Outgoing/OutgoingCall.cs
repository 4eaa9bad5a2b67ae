using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Timeouts;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>A call into another process, from its start until its caller has the outcome.</summary>
/// <remarks>
/// It is begun on the caller's thread and ended by whatever thread the transport, the caller's token or the clock come on,
/// where no code of the application runs: the caller is only woken.
/// </remarks>
internal abstract class OutgoingCall(CallableRegistry registry, string callable) : WatchedDeadline, IOutgoingCall
{
    private CallToken _token;
    private CallerLeaving _caller;
    private CancellationTokenRegistration _cancellation;
    private Activity? _activity;
    private CallOutcome? _outcome;
    private Exception? _error;
    private int _applied;
    private int _ended;

    public string Callable => callable;

    /// <summary>The call as a step of paths.</summary>
    public CallStep Step { get; private set; }

    /// <summary>The frame that waits for the call: what comes back runs in it.</summary>
    public SyncFlow Flow { get; private set; } = SyncFlow.None;

    /// <summary>What goes out; null for a call that failed before.</summary>
    public CallRequest? Request { get; private set; }

    CallRequest IOutgoingCall.Request => Request!;

    public virtual bool TakesItems => false;

    public bool HasCallerLeft => _caller.HasLeft;

    public bool HasTimePassed { get; private set; }

    /// <summary>Begins the call. What fails is its outcome; the caller is told by <see cref="Completed"/>.</summary>
    /// <param name="transport">Carries it.</param>
    /// <param name="codec">Writes the argument.</param>
    /// <param name="argument">The argument.</param>
    /// <param name="callTime">The call's own time; null for that of the registry, or what is left of the call around it.</param>
    /// <param name="flow">The frame that waits.</param>
    /// <param name="token">The caller's token; is let go at the end.</param>
    public void Start<TIn>(
        ICallTransport transport, PayloadCodec<TIn> codec, TIn argument, TimeSpan? callTime, SyncFlow flow, in CallToken token)
    {
        _token = token;
        Flow = flow;
        try
        {
            token.Token.ThrowIfCancellationRequested();
            Step = new CallStep(CallIds.Next(), transport.Peer);
            Request = new OutgoingRequest(registry, callable, Step, flow).Make(transport, callTime, codec.Encode(argument, callable, "argument"));
        }
        catch (Exception error)
        {
            Finish(null, error is PayloadException ? new CallArgumentException(callable, error.Message, error.InnerException) : error);
            return;
        }

        StartActivity();
        registry.Calls.Add(this);
        WatchCaller();
        transport.Send(this);
    }

    public void WatchCaller(ICallerWatch? watch) => _caller.Watch(watch);

    public virtual ValueTask TakeItemAsync(CallPayload item) => throw new InvalidOperationException("The call is no stream.");

    public void End(CallOutcome outcome)
    {
        if (TryEnd())
        {
            Finish(outcome, outcome.Failure is { } failure ? CallErrors.Of(callable, failure, _token.Token) : null);
        }
    }

    public void Fail(Exception error)
    {
        if (TryEnd())
        {
            Finish(null, error);
        }
    }

    /// <summary>The result, or what the caller gets instead.</summary>
    /// <param name="codec">Reads the result.</param>
    /// <param name="applies">Whether the changes of the bag become those of the running flow.</param>
    [StackTraceHidden]
    public T GetResult<T>(PayloadCodec<T> codec, bool applies)
    {
        if (applies && _outcome is not null && Interlocked.Exchange(ref _applied, 1) == 0)
        {
            ContextBag.Apply(_outcome.Changes);
        }

        if (_error is not null)
        {
            ExceptionDispatchInfo.Throw(_error);
        }

        try
        {
            return codec.Decode(_outcome!.Result, callable, "result");
        }
        catch (PayloadException error)
        {
            throw new CallArgumentException(callable, error.Message, error.InnerException);
        }
    }

    /// <summary>Tells the caller that the call has ended; must not run its code in place.</summary>
    protected abstract void Completed();

    private void StartActivity()
    {
        if (!SyncInstruments.Source.HasListeners())
        {
            return;
        }

        var around = Activity.Current;
        SyncDiagnostics.Guard(
            static call => call._activity = CallActivities.Start(CallableDiagnostics.OutgoingActivity, ActivityKind.Client, default, call.Callable), this);
        if (_activity is { IdFormat: ActivityIdFormat.W3C })
        {
            Request = Request! with { TraceParent = _activity.Id, TraceState = _activity.TraceStateString };
        }

        // Starting has made it the caller's current one; the caller goes on beside the call.
        Activity.Current = around;
    }

    /// <summary>Ends the call when its caller leaves, or when the callee has not even answered that the time has passed.</summary>
    private void WatchCaller()
    {
        _cancellation = _token.Token.UnsafeRegister(static call => ((OutgoingCall)call!).Leave(timePassed: false), this);
        if (Request!.Timeout is { } time)
        {
            registry.Deadlines.Add(this, time + registry.Options.AnswerTime, registry.Options.TimeProvider.GetTimestamp());
            if (HasCallerLeft)
            {
                // Meanwhile: its end found no limit to remove.
                registry.Deadlines.Remove(this);
            }
        }
    }

    protected internal override void OnPassed() => Leave(timePassed: true);

    private void Leave(bool timePassed)
    {
        if (!TryEnd())
        {
            return;
        }

        HasTimePassed = timePassed;
        _caller.Leave();
        Finish(null, WhyItEnded());
    }

    /// <summary>What comes first ends the call; what comes later is not heard.</summary>
    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        registry.Calls.Remove(this);
        return true;
    }

    private Exception WhyItEnded()
    {
        if (!HasTimePassed || _token.Token.IsCancellationRequested)
        {
            return new OperationCanceledException(_token.Token);
        }

        registry.Host.Observer.Reached(CallableLimit.AnswerTime);
        return new CallTimeoutException(
            callable, $"'{callable}' had no result after {Request!.Timeout!.Value.TotalSeconds:0.###} s, and its process has not said why.");
    }

    private void Finish(CallOutcome? outcome, Exception? error)
    {
        _outcome = outcome;
        _error = error;
        _cancellation.Dispose();
        if (Request?.Timeout is not null)
        {
            registry.Deadlines.Remove(this);
        }

        _token.Dispose();
        if (_activity is { } activity)
        {
            SyncDiagnostics.Guard(
                static call => CallActivities.Stop(call.Activity, call.Error?.GetType().FullName, call.Error?.Message),
                (Activity: activity, Error: error));
        }

        Completed();
    }
}
