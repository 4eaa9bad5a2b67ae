using System.Threading.Tasks.Sources;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The one receive of an exchange that is awaited; used again for each. All but <see cref="Watch"/> and the task's own
/// members happens under the exchange's lock.
/// </summary>
internal sealed class PendingReceive : ReceiveWaiter, IValueTaskSource<Received>
{
    private ManualResetValueTaskSourceCore<Received> _done;
    private CancellationTokenRegistration _cancellation;

    public ValueTask<Received> Start()
    {
        _done.Reset();
        Activate();
        return new ValueTask<Received>(this, _done.Version);
    }

    public void Watch(Exchange exchange, CancellationToken cancellationToken) =>
        _cancellation = cancellationToken.UnsafeRegister(
            static (exchange, token) => ((Exchange)exchange!).CancelReceive(token),
            exchange);

    protected override void End(Received received, bool here)
    {
        _done.RunContinuationsAsynchronously = !here;
        _done.SetResult(received);
    }

    protected override void EndWith(Exception error)
    {
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
