using System.Threading.Tasks.Sources;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The one receive of an exchange that waits; used again for each. All but <see cref="Watch"/> and the task's own
/// members happens under the exchange's lock.
/// </summary>
internal sealed class PendingReceive : IValueTaskSource<Received>
{
    private ManualResetValueTaskSourceCore<Received> _done = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;

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
        _done.SetResult(received);
    }

    public void Fail(Exception error)
    {
        IsActive = false;
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
