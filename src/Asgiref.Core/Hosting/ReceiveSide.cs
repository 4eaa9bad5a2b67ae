using Asgiref.Core.Events;

namespace Asgiref.Core.Hosting;

/// <summary>
/// An instance's <c>receive</c>: one call of the driver at a time, in call order, and the disconnect event exactly
/// once. A call after it waits until the instance is cancelled.
/// </summary>
/// <param name="instance">Whose calls these are; after its host's end the driver is not called any more.</param>
/// <param name="driver">Gives the events.</param>
internal sealed class ReceiveSide(InProcessInstance instance, IDriver driver) : CallTurns(instance)
{
    private volatile bool _disconnected;
    private volatile bool _clientHasGone;

    /// <summary>Whether the driver, and not the host, has given the application its disconnect event.</summary>
    public bool ClientHasGone => _clientHasGone;

    /// <summary>The application's <see cref="AsgiReceive"/>.</summary>
    public async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (await EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (!_disconnected)
                {
                    var message = await TakeAsync(cancellationToken).ConfigureAwait(false);
                    _disconnected = DisconnectEvents.Includes(message, Instance.Scope);
                    return message;
                }

                // After a complete conversation nobody else begins it, and the call would wait for ever.
                Instance.BeginPatience();
            }
            finally
            {
                Exit();
            }
        }

        return await WaitForCancellationAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<AsgiEvent> TakeAsync(CancellationToken cancellationToken)
    {
        var hostEnd = Instance.HostEnd;
        if (!hostEnd.IsCancellationRequested)
        {
            using var either = LinkToHostEnd(cancellationToken);
            try
            {
                var message = await driver.ReceiveAsync(either?.Token ?? hostEnd).ConfigureAwait(false);
                _clientHasGone = DisconnectEvents.Includes(message, Instance.Scope);
                return message;
            }
            catch (OperationCanceledException) when (hostEnd.IsCancellationRequested)
            {
                // Falls through: the host's end is a disconnect.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        }

        return DisconnectEvents.ByHost(Instance.Scope);
    }

    /// <summary>There is nothing more to receive: only the end of the host's patience, or the caller's own, is left to wait for.</summary>
    private async ValueTask<AsgiEvent> WaitForCancellationAsync(CancellationToken cancellationToken)
    {
        var cancelled = Instance.Cancelled;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelled, cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        throw new OperationCanceledException("The instance was cancelled: nothing came after its disconnect event.", cancelled);
    }
}
