using Asgiref.Core.Events;

namespace Asgiref.Core.Server;

/// <summary>
/// The sending side of an instance: one call at a time to the server, until the instance is cancelled or over. Safe for
/// concurrent use.
/// </summary>
internal sealed class InstanceOutlet<TScopeId>(ApplicationInstance<TScopeId> instance, StatelessServer<TScopeId> server)
    where TScopeId : notnull
{
    private readonly CallTurns _turns = new("send", server.Options.MaxPendingCalls);

    private bool IsClosed => instance.IsOver || instance.Cancelled.IsCancellationRequested;

    /// <summary>The application's <see cref="AsgiSend"/>.</summary>
    public async ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        using var both = new JoinedToken(cancellationToken, instance.Cancelled);
        try
        {
            await _turns.EnterAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsClosed && !cancellationToken.IsCancellationRequested)
        {
            throw new ClientDisconnectedException();
        }

        try
        {
            if (IsClosed)
            {
                throw new ClientDisconnectedException();
            }

            instance.Touch();
            await server.SendAsync(instance.Scope, message, both.Token).ConfigureAwait(false);
        }
        finally
        {
            _turns.Exit();
        }
    }
}
