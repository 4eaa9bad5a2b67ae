using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The call from another process that a flow serves. It follows created tasks, which may outlive it. Safe for concurrent use.</summary>
/// <param name="request">What was called.</param>
/// <param name="clock">Measures its time.</param>
internal sealed class RunningCall(CallRequest request, TimeProvider clock)
{
    private readonly long _begun = clock.GetTimestamp();
    private volatile bool _ended;

    /// <summary>Its calls, outermost first, itself last.</summary>
    public IReadOnlyList<CallStep> Path => request.Path;

    /// <summary>The trace that it belongs to, for calls made where nobody records one.</summary>
    public CallRequest Request => request;

    /// <summary>Whether the function has returned: what it has left behind is not below it any more, and has time of its own.</summary>
    public bool HasEnded => _ended;

    /// <summary>What is left of its time; null for no limit, never below zero.</summary>
    public TimeSpan? TimeLeft
    {
        get
        {
            if (request.Timeout is not { } time)
            {
                return null;
            }

            var left = time - clock.GetElapsedTime(_begun);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void End() => _ended = true;
}
