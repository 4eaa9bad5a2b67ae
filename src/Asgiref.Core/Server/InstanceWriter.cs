using System.Threading.Channels;
using Asgiref.Core.Events;

namespace Asgiref.Core.Server;

/// <summary>
/// The end of an instance's queue that the server's code gets to hold. Completing it closes the scope: a queue that
/// takes nothing must not stay in the table (SRV-15).
/// </summary>
internal sealed class InstanceWriter<TScopeId>(ApplicationInstance<TScopeId> instance, ChannelWriter<AsgiEvent> queue)
    : ChannelWriter<AsgiEvent>
    where TScopeId : notnull
{
    public override bool TryWrite(AsgiEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return queue.TryWrite(item);
    }

    public override ValueTask WriteAsync(AsgiEvent item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        return queue.WriteAsync(item, cancellationToken);
    }

    /// <summary>Writes one event, waiting for room.</summary>
    /// <returns>False if the instance has ended or leaves: a fresh one is due.</returns>
    public async ValueTask<bool> PostAsync(AsgiEvent message, CancellationToken cancellationToken)
    {
        if (TryWrite(message))
        {
            return true;
        }

        try
        {
            await queue.WriteAsync(message, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) =>
        queue.WaitToWriteAsync(cancellationToken);

    public override bool TryComplete(Exception? error = null) => instance.Leave(DisconnectReason.Closed);
}
