using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>A stream that takes no write while it is closed, like a transport whose peer does not read.</summary>
internal sealed class Gate : IFrameStream
{
    private IFrameStream _inner = null!;
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _closed;

    /// <summary>Ends when a write waits at the closed gate.</summary>
    public Task Reached => _reached.Task;

    public static Func<IFrameStream, IFrameStream> Around(out Gate gate)
    {
        var made = gate = new Gate();
        return stream =>
        {
            made._inner = stream;
            return made;
        };
    }

    public void Close()
    {
        _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _closed, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    public void Open() => Interlocked.Exchange(ref _closed, null)?.SetResult();

    public ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken) => _inner.ReadAsync(cancellationToken);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _closed) is { } closed)
        {
            _reached.TrySetResult();
            await closed.Task.WaitAsync(cancellationToken);
        }

        await _inner.WriteAsync(batch, cancellationToken);
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => _inner.CompleteAsync(cancellationToken);
}
