using System.Threading.Tasks.Sources;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The one receive of an exchange that waits; used again for each. All but <see cref="Watch"/> and the task's own
/// members happens under the exchange's lock.
/// </summary>
internal sealed class PendingReceive : IValueTaskSource<Received>
{
    private ManualResetValueTaskSourceCore<Received> _done;
    private CancellationTokenRegistration _cancellation;
    private Received _received;
    private bool _holds;
    private bool _isHeld;

    public bool IsActive { get; private set; }

    public ValueTask<Received> Start()
    {
        _done.Reset();
        IsActive = true;
        return new ValueTask<Received>(this, _done.Version);
    }

    public void Watch(Exchange exchange, CancellationToken cancellationToken) =>
        _cancellation = cancellationToken.UnsafeRegister(
            static (exchange, token) => ((Exchange)exchange!).CancelReceive(token),
            exchange);

    public void Succeed(Received received)
    {
        IsActive = false;
        if (_holds)
        {
            _received = received;
            _isHeld = true;
        }
        else
        {
            _done.RunContinuationsAsynchronously = true;
            _done.SetResult(received);
        }
    }

    /// <summary>A success from now on waits for <see cref="EndHere"/>.</summary>
    public void HoldEnd() => _holds = true;

    /// <summary>Ends that; true if there was one.</summary>
    public bool ReleaseEnd()
    {
        var isHeld = _isHeld;
        _holds = _isHeld = false;
        return isHeld;
    }

    /// <summary>Goes on with what waits for the receive, on this thread. Outside the exchange's lock.</summary>
    public void EndHere()
    {
        var received = _received;
        _received = default;
        _done.RunContinuationsAsynchronously = false;
        _done.SetResult(received);
    }

    public void Fail(Exception error)
    {
        IsActive = false;
        _done.RunContinuationsAsynchronously = true;
        _done.SetException(error);
    }

    public Received GetResult(short token)
    {
        // Waits for a callback that runs: none can meet the next receive.
        _cancellation.Dispose();
        _cancellation = default;
        return _done.GetResult(token);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _done.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
