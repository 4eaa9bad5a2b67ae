using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Calls;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using CallStep = Asgiref.Core.Callables.Transport.CallStep;

namespace Bridge.Server.Callables;

/// <summary>
/// One call on its way through the bridge, between where it comes from and where it runs: its time, its caller's leaving, and
/// what has been said to the caller. Safe for concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and the caller may still leave; the timer is disposed when the call is over.")]
internal sealed class RoutedCall : ILiveInstance<RoutedCall>
{
    private readonly CallTarget _target;
    private readonly ICallOrigin _origin;
    private readonly CallContext _context;
    private readonly Lock _gate = new();
    private readonly TimeSpan _time;
    private readonly long _began;
    private CallerLeaving _caller;
    private CancellationTokenSource? _left;
    private ITimer? _timer;
    private string _where = "a place at a worker";
    private bool _isPlaced;
    private bool _isOver;
    private bool _accepted;
    private bool _hasLeft;
    private bool _leftByCaller;
    private bool _answerTimeRuns;
    private CallEventKind _last;

    /// <param name="target">What is called, checked; not changed by anybody.</param>
    /// <param name="head">The serialized head; the memory stays as it is for ever.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="context">What is shared.</param>
    public RoutedCall(CallTarget target, ReadOnlyMemory<byte> head, ICallOrigin origin, CallContext context)
    {
        _target = target;
        _origin = origin;
        _context = context;
        Head = head;
        Path = CallMapping.ToPath(target);
        ThreadContext = CallMapping.ToThreadContext(target);
        _time = target.TimeoutMs == 0 ? context.Options.CallTime : TimeSpan.FromMilliseconds(Math.Min(target.TimeoutMs, CallContext.LongestTime.TotalMilliseconds));
        _began = context.Clock.GetTimestamp();
    }

    public RoutedCall? Previous { get; set; }

    public RoutedCall? Next { get; set; }

    public string Callable => _target.Callable;

    /// <summary>The calls that it comes from, outermost first, and itself as the last.</summary>
    public IReadOnlyList<CallStep> Path { get; }

    /// <summary>Its own id.</summary>
    public Guid Id => Path[^1].Call;

    public Guid? ThreadContext { get; }

    /// <summary>The same, as the bridge knows it, from when the call is routed. The router's alone.</summary>
    public ThreadContext? Thread { get; set; }

    public ReadOnlyMemory<byte> Head { get; }

    public ICallOrigin Origin => _origin;

    /// <summary>Fires when the call is not wanted any more: its caller has left, its time is over, or the bridge stops.</summary>
    public CancellationToken Left
    {
        get
        {
            lock (_gate)
            {
                if (_left is null)
                {
                    // Most calls end before anybody asks.
                    _left = new CancellationTokenSource();
                    if (HasLeft)
                    {
                        _left.Cancel();
                    }
                }

                return _left.Token;
            }
        }
    }

    /// <summary>Whether the call is not wanted any more.</summary>
    public bool HasLeft => Volatile.Read(ref _hasLeft);

    /// <summary>Why, when it has fired.</summary>
    public ResetCode LeftCode { get; private set; }

    /// <summary>The same as a sentence.</summary>
    public string LeftReason { get; private set; } = "";

    /// <summary>Its result or error, when it has gone to the caller; null before.</summary>
    public CallEventKind? Answer => _last is CallEventKind.Result or CallEventKind.Error ? _last : null;

    /// <summary>What is left of its time.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var rest = _time - _context.Clock.GetElapsedTime(_began);
            return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        }
    }

    /// <summary>Its target as it is told to whoever runs it: with what is left of its time.</summary>
    public CallTarget NextTarget()
    {
        var next = _target.Clone();
        next.TimeoutMs = Math.Max(1, (ulong)Remaining.TotalMilliseconds);
        return next;
    }

    /// <summary>Begins to hear of its caller.</summary>
    public void Start() => _origin.Start(this);

    /// <summary>Begins to watch its time, because it waits for something.</summary>
    public void WatchTime()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _timer = _context.Clock.CreateTimer(static call => ((RoutedCall)call!).OnTime(), this, Remaining, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Tells the watch when it is not wanted any more, at once if that is so; null: nobody any more.</summary>
    public void Watch(ICallerWatch? watch) => _caller.Watch(watch);

    /// <summary>It has found where it runs; whoever that is says now what it waits for.</summary>
    /// <param name="where">Where, as the end of a sentence.</param>
    public void OnPlaced(string where)
    {
        lock (_gate)
        {
            _isPlaced = true;
            _where = where;
        }
    }

    /// <summary>It has been refused there, and looks for another place.</summary>
    public void OnRefused()
    {
        lock (_gate)
        {
            _isPlaced = false;
            _where = "a place at a worker";
        }
    }

    /// <summary>Its caller has left.</summary>
    public void Leave(ResetCode code, string reason) => Leave(code, reason, byCaller: true);

    /// <summary>Ends it on the bridge's behalf.</summary>
    public void Stop(string reason) => Leave(ResetCode.Stopping, reason, byCaller: false);

    /// <summary>Whoever runs it has taken it. False when the caller does not wait any more: then no code may run.</summary>
    /// <param name="quietly">Whether the answer may well come before that is worth telling.</param>
    public bool TryAccept(bool quietly)
    {
        lock (_gate)
        {
            if (_hasLeft)
            {
                return false;
            }

            _accepted = _accepted || _origin.TryAccept(quietly);
            return _accepted;
        }
    }

    /// <summary>
    /// Takes an event of whoever runs it to the caller. One at a time. For an item it ends when the caller has room for the
    /// next; for the answer at once: nothing comes behind it.
    /// </summary>
    /// <returns>False: it is no event, or comes behind the last one.</returns>
    public ValueTask<bool> TryTakeAsync(ReadOnlyMemory<byte> callEvent, CancellationToken cancellationToken)
    {
        var kind = CallEvents.KindOf(callEvent);
        if (kind == CallEventKind.None || Answer is not null)
        {
            return new ValueTask<bool>(false);
        }

        if (kind == CallEventKind.Item)
        {
            return TakeItemAsync(callEvent, cancellationToken);
        }

        TakeAnswer(callEvent, kind);
        return new ValueTask<bool>(true);
    }

    /// <summary>Takes the result or error to the caller.</summary>
    public void TakeAnswer(ReadOnlyMemory<byte> callEvent) => TakeAnswer(callEvent, CallEvents.KindOf(callEvent));

    /// <summary>Tells the caller how it ended, if that is still to be told.</summary>
    /// <returns>How, for the figures.</returns>
    public CallEndingKind Finish(CallEnding ending)
    {
        bool wasLeft;
        lock (_gate)
        {
            _isOver = true;
            _timer?.Dispose();
            wasLeft = _hasLeft && Answer is null;
        }

        if (wasLeft)
        {
            return FinishLeft();
        }

        switch (ending.Kind)
        {
            case CallEndingKind.Refused:
                _origin.Refuse(ending.Code, ending.Reason);
                break;
            case CallEndingKind.Lost or CallEndingKind.Cancelled:
                _origin.BreakOff(ResetCode.Gone, ending.Reason);
                break;
        }

        return ending.Kind;
    }

    /// <summary>Which call, and where it is: one line of a stop report.</summary>
    public string Describe() => $"call of {Callable} from {_origin.Name}, {(_isPlaced ? "at" : "waiting for")} {_where}";

    private void TakeAnswer(ReadOnlyMemory<byte> callEvent, CallEventKind kind)
    {
        if (TryAccept(quietly: true))
        {
            _last = _origin.SendLast(callEvent) ? kind : CallEventKind.Error;
        }
    }

    private async ValueTask<bool> TakeItemAsync(ReadOnlyMemory<byte> item, CancellationToken cancellationToken)
    {
        if (TryAccept(quietly: true))
        {
            _last = await _origin.SendAsync(item, cancellationToken).ConfigureAwait(false) ? CallEventKind.Item : CallEventKind.Error;
        }

        return true;
    }

    private CallEndingKind FinishLeft()
    {
        if (_leftByCaller)
        {
            return CallEndingKind.Cancelled;
        }

        if (_accepted)
        {
            _origin.BreakOff(LeftCode, LeftReason);
        }
        else
        {
            _origin.Refuse(LeftCode == ResetCode.TimedOut ? RefusedCode.TimedOut : RefusedCode.Draining, LeftReason);
        }

        return LeftCode == ResetCode.TimedOut ? CallEndingKind.TimedOut : CallEndingKind.Lost;
    }

    private void OnTime()
    {
        string reason;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            if (_isPlaced && _timer is { } timer && !_answerTimeRuns)
            {
                // Whoever runs it knows best what it waits for.
                _answerTimeRuns = true;
                timer.Change(_context.Options.AnswerTime, Timeout.InfiniteTimeSpan);
                return;
            }

            reason = _isPlaced
                ? $"The call of {Callable} was not answered within {_time}, by {_where}."
                : $"The call of {Callable} waited for {_where} for all of its {_time}.";
        }

        _context.BridgeMetrics.Reached(Limit.CallTime);
        Leave(ResetCode.TimedOut, reason, byCaller: false);
    }

    private void Leave(ResetCode code, string reason, bool byCaller)
    {
        CancellationTokenSource? left;
        lock (_gate)
        {
            if (_isOver || _hasLeft)
            {
                return;
            }

            LeftCode = code;
            LeftReason = reason;
            _leftByCaller = byCaller;
            _hasLeft = true;
            left = _left;
        }

        // What it wakes may be anybody's code, and this may be a thread of a session.
        _ = left?.CancelAsync();
        _caller.Leave();
    }
}
