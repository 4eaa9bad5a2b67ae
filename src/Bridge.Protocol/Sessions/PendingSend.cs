using System.Threading.Tasks.Sources;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The one send of an exchange that waits for room; used again for each. All but <see cref="Watch"/> and the task's own
/// members happens under the exchange's lock.
/// </summary>
internal sealed class PendingSend : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;

    public bool IsActive { get; private set; }

    public OutboundPayload Payload { get; private set; }

    /// <summary>Whether the memory stays as it is after the send has ended.</summary>
    public bool IsOwned { get; private set; }

    /// <summary>How much of it is in frames.</summary>
    public int Offset { get; private set; }

    public ValueTask Start(OutboundPayload payload, bool owned)
    {
        _done.Reset();
        IsActive = true;
        Payload = payload;
        IsOwned = owned;
        Offset = 0;
        return new ValueTask(this, _done.Version);
    }

    public void Watch(Exchange exchange, CancellationToken cancellationToken) =>
        _cancellation = cancellationToken.UnsafeRegister(
            static (exchange, token) => ((Exchange)exchange!).CancelSend(token),
            exchange);

    public void Advance(int length) => Offset += length;

    public void Succeed()
    {
        Stop();
        _done.SetResult(true);
    }

    public void Fail(Exception error)
    {
        Stop();
        _done.SetException(error);
    }

    public void GetResult(short token)
    {
        // Waits for a callback that runs: none can meet the next send.
        _cancellation.Dispose();
        _cancellation = default;
        _done.GetResult(token);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _done.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    private void Stop()
    {
        IsActive = false;
        Payload = default;
    }
}
