using Bridge.Client.Workers;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Grpc.Core;

namespace Bridge.Client.Tests.Workers;

/// <summary>The worker's end of a stream in memory, with the status that a call would have.</summary>
internal sealed class FakeLink(IFrameStream inner, Status? status) : ISessionLink
{
    private readonly CancellationTokenSource _cut = new();

    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The status of the call when it has ended.</summary>
    public Status? Status { get; set; } = status;

    /// <summary>The connection breaks.</summary>
    public void Cut() => _cut.Cancel();

    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cut.Token);
        try
        {
            return await inner.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (_cut.IsCancellationRequested)
        {
            throw new IOException("The link was cut.");
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        _cut.IsCancellationRequested ? throw new IOException("The link was cut.") : inner.WriteAsync(batch, cancellationToken);

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => inner.CompleteAsync(cancellationToken);

    public Task<Status?> StatusAsync(TimeSpan limit, TimeProvider clock) => Task.FromResult(Status);

    public ValueTask DisposeAsync()
    {
        Disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
