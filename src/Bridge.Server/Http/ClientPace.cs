using System.IO.Pipelines;

namespace Bridge.Server.Http;

/// <summary>
/// Waits for a slow client to take what was written. A caller's token gives up the wait, not the platform's write,
/// which would cut the connection; what was left behind is waited for before the next write.
/// </summary>
internal sealed class ClientPace(HttpContext context)
{
    /// <summary>What a given-up wait has left with the platform; it ends at the latest with the connection.</summary>
    public Task Unfinished { get; private set; } = Task.CompletedTask;

    /// <inheritdoc cref="WaitAsync(Task, bool, CancellationToken)"/>
    public ValueTask WaitAsync(ValueTask<FlushResult> written, bool isWhole, CancellationToken cancellationToken)
    {
        if (!written.IsCompletedSuccessfully)
        {
            return WaitAsync(written.AsTask(), isWhole, cancellationToken);
        }

        written.GetAwaiter().GetResult();
        return ValueTask.CompletedTask;
    }

    /// <remarks>
    /// Unless the event <paramref name="isWhole"/> by now, nothing can follow it any more: giving up cuts the connection.
    /// </remarks>
    public async ValueTask WaitAsync(Task written, bool isWhole, CancellationToken cancellationToken)
    {
        try
        {
            await written.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!written.IsCompleted)
        {
            Unfinished = written;
            if (!isWhole)
            {
                context.Abort();
            }

            throw;
        }
    }

    /// <summary>Waits until the next write may be made.</summary>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) =>
        Unfinished.IsCompleted ? ValueTask.CompletedTask : new ValueTask(Unfinished.WaitAsync(cancellationToken));
}
