using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Server;

/// <summary>
/// One application called for one scope: its queue, its <c>receive</c> and <c>send</c>, and its end. Safe for
/// concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose, and its token outlives us.")]
internal sealed class ApplicationInstance<TScopeId>
    where TScopeId : notnull
{
    private readonly StatelessServer<TScopeId> _server;
    private readonly InstanceTable<TScopeId> _table;
    private readonly TimeProvider _clock;
    private readonly Channel<AsgiEvent> _queue;
    private readonly CallTurns _receives;
    private readonly CallTurns _sends;
    private readonly InstanceTimer<TScopeId> _timer;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started;
    private long _lastActive;
    private volatile bool _waiting;
    private volatile bool _over;
    private bool _disconnectGiven;
    private DisconnectReason? _reason;

    public ApplicationInstance(StatelessServer<TScopeId> server, InstanceTable<TScopeId> table, TScopeId scopeId, AsgiScope scope)
    {
        var options = server.Options;
        _server = server;
        _table = table;
        _clock = options.Clock;
        ScopeId = scopeId;
        Scope = scope;
        var bounds = new BoundedChannelOptions(options.QueueCapacity) { FullMode = options.QueueFullMode };
        _queue = Channel.CreateBounded<AsgiEvent>(bounds, _ => server.Counters.DroppedEvent());
        _receives = new CallTurns("receive", options.MaxPendingCalls);
        _sends = new CallTurns("send", options.MaxPendingCalls);
        _timer = new InstanceTimer<TScopeId>(this, options);
        _started = _lastActive = _clock.GetTimestamp();
        Recency = new LinkedListNode<ApplicationInstance<TScopeId>>(this);
        Writer = new InstanceWriter<TScopeId>(this, _queue.Writer);
    }

    public TScopeId ScopeId { get; }

    public AsgiScope Scope { get; }

    /// <summary>Its place in the table's order of use; guarded by the table's lock.</summary>
    public LinkedListNode<ApplicationInstance<TScopeId>> Recency { get; }

    public InstanceWriter<TScopeId> Writer { get; }

    /// <summary>Ends when the application has, or when nobody waits for it any more.</summary>
    public Task Released => _released.Task;

    /// <summary>How long nothing has happened in the scope; zero while the application works.</summary>
    public TimeSpan IdleTime =>
        _waiting && _queue.Reader.Count == 0 ? _clock.GetElapsedTime(Volatile.Read(ref _lastActive)) : TimeSpan.Zero;

    public ApplicationDetails<TScopeId> Details => new(ScopeId, Scope, _clock.GetElapsedTime(_started), _reason);

    /// <summary>Notes that something happened in the scope.</summary>
    public void Touch() => Volatile.Write(ref _lastActive, _clock.GetTimestamp());

    /// <summary>
    /// Starts the application on a pool thread, because code that blocks before its first wait would hold the server. If
    /// another instance of the scope is still on its way out, the application starts after it: one at a time may keep
    /// the scope's state.
    /// </summary>
    public void Start(ApplicationInstance<TScopeId>? predecessor)
    {
        _timer.Begin();
        _ = Task.Run(() => RunAsync(predecessor));
    }

    /// <summary>Takes the instance out of the table, if it is in it, and begins its end.</summary>
    public bool Leave(DisconnectReason reason)
    {
        if (!_table.TryRemove(this))
        {
            return false;
        }

        BeginLeaving(reason);
        return true;
    }

    /// <summary>Called once, when the instance has been taken out of the table: no more events, the disconnect is the last one.</summary>
    public void BeginLeaving(DisconnectReason reason)
    {
        _reason = reason;
        _server.Counters.Left(reason);
        _queue.Writer.TryComplete();
        _timer.BeginGrace();
    }

    public void Cancel() => _ = _cancellation.CancelAsync();

    /// <summary>Stops waiting for an application that ignores its cancellation.</summary>
    public void Abandon()
    {
        if (!_over)
        {
            _server.ReportAbandoned(Details);
            _released.TrySetResult();
        }
    }

    private async Task RunAsync(ApplicationInstance<TScopeId>? predecessor)
    {
        Exception? error = null;
        try
        {
            if (predecessor is not null)
            {
                await predecessor.Released.ConfigureAwait(false);
            }

            if (!_cancellation.IsCancellationRequested)
            {
                AsgiCancellation.Enter(_cancellation.Token);
                var running = _server.Application(Scope, ReceiveAsync, SendAsync);
                await (running ?? throw new InvalidOperationException("The application returned null instead of a task.")).ConfigureAwait(false);
            }
        }
        catch (Exception raised) when (raised is OperationCanceledException or ClientDisconnectedException)
        {
            // An end like any other: nobody's error, and never the server's (SRV-16).
        }
        catch (Exception raised)
        {
            error = raised;
        }

        End(error);
    }

    private void End(Exception? error)
    {
        _over = true;
        _timer.End();
        _queue.Writer.TryComplete();
        _table.TryRemove(this);
        while (_queue.Reader.TryRead(out _))
        {
            _server.Counters.DroppedEvent();
        }

        _server.ReportEnded(Details, error);
        _table.Ended(this);
        _released.TrySetResult();
    }

    /// <summary>The application's <see cref="AsgiReceive"/>: what is queued, then the disconnect event once, then nothing until the cancellation.</summary>
    private async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var both = LinkToInstance(cancellationToken, out var link);
        using (link)
        {
            await _receives.EnterAsync(both).ConfigureAwait(false);
            try
            {
                return await TakeAsync(both).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            finally
            {
                _waiting = false;
                _receives.Exit();
            }
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

            Touch();
            _waiting = true;
        }
        while (await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false));

        if (!_disconnectGiven && _reason is { } reason)
        {
            _disconnectGiven = true;
            return _server.DisconnectEventFor(Scope, reason);
        }

        if (!_over)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }

        throw new OperationCanceledException("The application has ended; nothing is left to receive.");
    }

    /// <summary>The application's <see cref="AsgiSend"/>: one call at a time to the server, until the instance is cancelled or over.</summary>
    private async ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        var both = LinkToInstance(cancellationToken, out var link);
        using (link)
        {
            try
            {
                await _sends.EnterAsync(both).ConfigureAwait(false);
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

                Touch();
                await _server.SendAsync(Scope, message, both).ConfigureAwait(false);
            }
            finally
            {
                _sends.Exit();
            }
        }
    }

    private bool IsClosed => _over || _cancellation.IsCancellationRequested;

    /// <summary>The instance's token joined with the caller's; the link is null when there is nothing to join.</summary>
    private CancellationToken LinkToInstance(CancellationToken cancellationToken, out CancellationTokenSource? link)
    {
        link = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellation.Token)
            : null;
        return link?.Token ?? _cancellation.Token;
    }
}
