using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The call from another process that a flow serves. It follows created tasks, which may outlive it. Safe for concurrent use.</summary>
internal sealed class RunningCall
{
    private readonly TimeProvider _clock;
    private readonly TimeSpan? _time;
    private volatile bool _ended;

    /// <param name="request">What was called. Its argument is not kept: what the call leaves behind still has this object.</param>
    /// <param name="clock">Measures its time.</param>
    public RunningCall(CallRequest request, TimeProvider clock)
    {
        _clock = clock;
        _time = request.Timeout;
        Begun = clock.GetTimestamp();
        Path = request.Path;
        TraceParent = request.TraceParent;
        TraceState = request.TraceState;
    }

    /// <summary>When it began, as the clock's timestamp.</summary>
    public long Begun { get; }

    /// <summary>Its calls, outermost first, itself last.</summary>
    public IReadOnlyList<CallStep> Path { get; }

    /// <summary>The trace that it belongs to, for calls made where nobody records one.</summary>
    public string? TraceParent { get; }

    /// <inheritdoc cref="TraceParent"/>
    public string? TraceState { get; }

    /// <summary>
    /// Whether the function has returned: what it has left behind is not below it any more, though it may be below others, and
    /// has time of its own.
    /// </summary>
    public bool HasEnded => _ended;

    /// <summary>What is left of its time; null for no limit, never below zero.</summary>
    public TimeSpan? TimeLeft
    {
        get
        {
            if (_time is not { } time)
            {
                return null;
            }

            var left = time - _clock.GetElapsedTime(Begun);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void End() => _ended = true;
}
