using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Calls;

namespace Bridge.Protocol.Tests.Calls;

/// <summary>A call whose test awaits its one answer, and may leave.</summary>
internal sealed class AwaitedCall : IOutgoingCall, ICallDetour
{
    private readonly TaskCompletionSource<CallOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<bool> _hasTimePassed;
    private CallerLeaving _caller;

    public AwaitedCall(CallRequest request, Func<bool> hasTimePassed, CancellationToken token)
    {
        Request = request;
        _hasTimePassed = hasTimePassed;
        token.UnsafeRegister(static call => ((AwaitedCall)call!).Leave(), this);
    }

    public CallRequest Request { get; }

    public bool TakesItems => false;

    public bool HasCallerLeft => _caller.HasLeft;

    public bool HasTimePassed { get; private set; }

    /// <summary>Whether a session did not take it, and another may.</summary>
    public bool WasNotTaken { get; private set; }

    public Task<CallOutcome> Outcome => _outcome.Task;

    public void WatchCaller(ICallerWatch? watch) => _caller.Watch(watch);

    public ValueTask TakeItemAsync(CallPayload item) => throw new InvalidOperationException("It is no stream.");

    public void End(CallOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Fail(Exception error) => _outcome.TrySetException(error);

    public void NotTaken(SessionCalls session, IOutgoingCall call, CallOutcome outcome)
    {
        WasNotTaken = true;
        End(outcome);
    }

    private void Leave()
    {
        HasTimePassed = _hasTimePassed();
        if (_outcome.TrySetResult(CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, ""))))
        {
            _caller.Leave();
        }
    }
}
