using System.Threading.Channels;
using Asgiref.Core.Events;

namespace Asgiref.Core.Server;

/// <summary>
/// The receiving side of an instance: its bounded queue, the disconnect event after the last one, and whether the
/// application is waiting for more. Safe for concurrent use.
/// </summary>
internal sealed class InstanceInbox<TScopeId>
    where TScopeId : notnull
{
    private readonly ApplicationInstance<TScopeId> _instance;
    private readonly StatelessServer<TScopeId> _server;
    private readonly Channel<AsgiEvent> _queue;
    private readonly CallTurns _turns;
    private volatile bool _waiting;
    private bool _disconnectGiven;

    public InstanceInbox(ApplicationInstance<TScopeId> instance, StatelessServer<TScopeId> server)
    {
        var options = server.Options;
        _instance = instance;
        _server = server;
        var bounds = new BoundedChannelOptions(options.QueueCapacity) { FullMode = options.QueueFullMode };
        _queue = Channel.CreateBounded<AsgiEvent>(bounds, message => server.ReportDropped(instance.Scope, message));
        _turns = new CallTurns("receive", options.MaxPendingCalls);
    }

    public ChannelWriter<AsgiEvent> Writer => _queue.Writer;

    /// <summary>Whether the application waits for an event and there is none.</summary>
    public bool IsStarved => _waiting && _queue.Reader.Count == 0;

    /// <summary>Takes no more events; what is queued can still be received.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Drops, and counts, what nobody has received.</summary>
    public void Drop()
    {
        while (_queue.Reader.TryRead(out var message))
        {
            _server.ReportDropped(_instance.Scope, message);
        }
    }

    /// <summary>The application's <see cref="AsgiReceive"/>: what is queued, then the disconnect event once, then nothing until the cancellation.</summary>
    public async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var both = new JoinedToken(cancellationToken, _instance.Cancelled);
        await _turns.EnterAsync(both.Token).ConfigureAwait(false);
        try
        {
            return await TakeAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            _waiting = false;
            _turns.Exit();
        }
    }

    private async ValueTask<AsgiEvent> TakeAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (_queue.Reader.TryRead(out var message))
            {
                return message;
            }

            _instance.Touch();
            _waiting = true;
        }
        while (await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false));

        if (!_disconnectGiven && _instance.Reason is { } reason)
        {
            _disconnectGiven = true;
            return _server.DisconnectEventFor(_instance.Scope, reason);
        }

        if (!_instance.IsOver)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }

        throw new OperationCanceledException("The application has ended; nothing is left to receive.");
    }
}
