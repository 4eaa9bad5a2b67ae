using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Hosting;
using Asgiref.Core.Timeouts;
using Bridge.Protocol.Calls;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using CallStep = Asgiref.Core.Callables.Transport.CallStep;

namespace Bridge.Server.Callables;

/// <summary>
/// One call on its way through the bridge, between where it comes from and where it runs: its time, its caller's leaving, and
/// what has been said to the caller. Safe for concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and the caller may still leave; the call may outlive every wait for it.")]
internal sealed class RoutedCall : WatchedDeadline, ILiveInstance<RoutedCall>
{
    private const string NoPlace = "a place at a worker";

    /// <summary>In the place of a leaving: the call has ended, and nobody can leave it any more.</summary>
    private static readonly CallLeaving Over = new(default, "", ByCaller: false);

    private readonly CallTarget _target;
    private readonly ICallOrigin _origin;
    private readonly CallContext _context;
    private readonly TimeSpan _time;
    private readonly long _began;
    private CallerLeaving _caller;
    private CallLeaving? _leaving;
    private CancellationTokenSource? _left;
    private volatile string? _place;
    private volatile bool _accepted;
    private bool _watchesTime;
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

    /// <summary>Whether it was let in although the bridge stops, because it comes from another one. The router's alone.</summary>
    public bool IsLate { get; set; }

    /// <summary>Fires when the call is not wanted any more: its caller has left, its time is over, or the bridge stops.</summary>
    public CancellationToken Left
    {
        get
        {
            // Most calls end before anybody asks.
            var left = Volatile.Read(ref _left);
            if (left is null)
            {
                left = new CancellationTokenSource();
                if (Interlocked.CompareExchange(ref _left, left, null) is { } other)
                {
                    left = other;
                }
                else if (HasLeft)
                {
                    // Whoever has left before has not seen it.
                    left.Cancel();
                }
            }

            return left.Token;
        }
    }

    /// <summary>Whether the call is not wanted any more.</summary>
    public bool HasLeft => Leaving is not null;

    /// <summary>Why, when it is not; null before.</summary>
    public CallLeaving? Leaving => Volatile.Read(ref _leaving) is { } leaving && leaving != Over ? leaving : null;

    /// <summary>Its result or error, when it has gone to the caller; null before.</summary>
    public CallEventKind? Answer => _last is CallEventKind.Result or CallEventKind.Error ? _last : null;

    /// <summary>Its time, of which nothing has passed while it has not waited for anything.</summary>
    public TimeSpan Time => _time;

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

    /// <summary>Whether the other is one of the calls that it comes from.</summary>
    public bool ComesFrom(RoutedCall other)
    {
        for (var index = 0; index < Path.Count - 1; index++)
        {
            if (Path[index].Call == other.Id)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Begins to hear of its caller.</summary>
    public void Start() => _origin.Start(this);

    /// <summary>Begins to watch its time, because it waits for something; before <see cref="Finish"/>.</summary>
    public void WatchTime()
    {
        _watchesTime = true;
        _context.Deadlines.Add(this, _time, _began);
    }

    /// <summary>Tells the watch when it is not wanted any more, at once if that is so; null: nobody any more.</summary>
    public void Watch(ICallerWatch? watch) => _caller.Watch(watch);

    /// <summary>It has found where it runs; whoever that is says now what it waits for.</summary>
    /// <param name="where">Where, as the end of a sentence.</param>
    public void OnPlaced(string where) => _place = where;

    /// <summary>It has been refused there, and looks for another place.</summary>
    public void OnRefused() => _place = null;

    /// <summary>Its caller has left.</summary>
    public void Leave(ResetCode code, string reason) => Leave(code, reason, byCaller: true);

    /// <summary>Ends it on the bridge's behalf.</summary>
    public void Stop(string reason) => Leave(ResetCode.Stopping, reason, byCaller: false);

    /// <summary>Whoever runs it has taken it. False when the caller does not wait any more: then no code may run.</summary>
    /// <param name="quietly">Whether the answer may well come before that is worth telling.</param>
    public bool TryAccept(bool quietly)
    {
        if (HasLeft)
        {
            return false;
        }

        // Two may come here at once; the origin tells the caller once.
        if (!_accepted && _origin.TryAccept(quietly))
        {
            _accepted = true;
        }

        return _accepted;
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
        var leaving = Interlocked.CompareExchange(ref _leaving, Over, null);
        if (_watchesTime)
        {
            _context.Deadlines.Remove(this);
        }

        if (leaving is not null && Answer is null)
        {
            return FinishLeft(leaving);
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
    public string Describe() => $"call of {Callable} from {_origin.Name}, {(_place is { } place ? $"at {place}" : $"waiting for {NoPlace}")}";

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

    private CallEndingKind FinishLeft(CallLeaving leaving)
    {
        if (leaving.ByCaller)
        {
            return CallEndingKind.Cancelled;
        }

        if (_accepted)
        {
            _origin.BreakOff(leaving.Code, leaving.Reason);
        }
        else
        {
            _origin.Refuse(leaving.Code == ResetCode.TimedOut ? RefusedCode.TimedOut : RefusedCode.Draining, leaving.Reason);
        }

        return leaving.Code == ResetCode.TimedOut ? CallEndingKind.TimedOut : CallEndingKind.Lost;
    }

    /// <summary>Its time has passed.</summary>
    protected internal override void OnPassed()
    {
        if (Volatile.Read(ref _leaving) is not null)
        {
            return;
        }

        var place = _place;
        if (place is not null && !_answerTimeRuns)
        {
            // Whoever runs it knows best what it waits for.
            _answerTimeRuns = true;
            _context.Deadlines.Add(this, _context.Options.AnswerTime, _context.Clock.GetTimestamp());
            if (Volatile.Read(ref _leaving) is not null)
            {
                // It may have ended just before.
                _context.Deadlines.Remove(this);
            }

            return;
        }

        var reason = place is null
            ? $"The call of {Callable} waited for {NoPlace} for all of its {_time}."
            : $"The call of {Callable} was not answered within {_time}, by {place}.";
        _context.BridgeMetrics.Reached(Limit.CallTime);
        Leave(ResetCode.TimedOut, reason, byCaller: false);
    }

    private void Leave(ResetCode code, string reason, bool byCaller)
    {
        if (Interlocked.CompareExchange(ref _leaving, new CallLeaving(code, reason, byCaller), null) is null)
        {
            // What it wakes may be anybody's code, and this may be a thread of a session.
            _ = Volatile.Read(ref _left)?.CancelAsync();
            _caller.Leave();
        }
    }
}
