using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Server;

/// <summary>One application called for one scope: its start, its two sides, and its end. Safe for concurrent use.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose, and its token outlives us.")]
internal sealed class ApplicationInstance<TScopeId>
    where TScopeId : notnull
{
    private readonly StatelessServer<TScopeId> _server;
    private readonly InstanceTable<TScopeId> _table;
    private readonly TimeProvider _clock;
    private readonly InstanceInbox<TScopeId> _inbox;
    private readonly InstanceOutlet<TScopeId> _outlet;
    private readonly InstanceTimer<TScopeId> _timer;
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started;
    private long _lastActive;
    private volatile bool _over;

    public ApplicationInstance(StatelessServer<TScopeId> server, InstanceTable<TScopeId> table, TScopeId scopeId, AsgiScope scope)
    {
        _server = server;
        _table = table;
        _clock = server.Options.Clock;
        ScopeId = scopeId;
        Scope = scope;
        _inbox = new InstanceInbox<TScopeId>(this, server);
        _outlet = new InstanceOutlet<TScopeId>(this, server);
        _timer = new InstanceTimer<TScopeId>(this, server.Options);
        _started = _lastActive = _clock.GetTimestamp();
        Recency = new LinkedListNode<ApplicationInstance<TScopeId>>(this);
        Writer = new InstanceWriter<TScopeId>(this, _inbox.Writer);
    }

    public TScopeId ScopeId { get; }

    public AsgiScope Scope { get; }

    /// <summary>Its place in the order of use; guarded by the table's lock.</summary>
    public LinkedListNode<ApplicationInstance<TScopeId>> Recency { get; }

    public InstanceWriter<TScopeId> Writer { get; }

    /// <summary>Fires when the instance is told to end, by whomever but its application; <see cref="Reason"/> is set then.</summary>
    public CancellationToken Leaving => _leaving.Token;

    /// <summary>The application's <see cref="AsgiCancellation.Token"/>.</summary>
    public CancellationToken Cancelled => _cancellation.Token;

    /// <summary>Why it was taken out of the table; null as long as it is in it, or when the application ended by itself.</summary>
    public DisconnectReason? Reason { get; private set; }

    /// <summary>Whether the application has ended.</summary>
    public bool IsOver => _over;

    /// <summary>Ends when the application has, or when nobody waits for it any more.</summary>
    public Task Released => _released.Task;

    /// <summary>How long nothing has happened in the scope; zero while the application works.</summary>
    public TimeSpan IdleTime => _inbox.IsStarved ? _clock.GetElapsedTime(Volatile.Read(ref _lastActive)) : TimeSpan.Zero;

    public ApplicationDetails<TScopeId> Details => new(ScopeId, Scope, _clock.GetElapsedTime(_started), Reason);

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
        Reason = reason;
        _server.Counters.Left(reason);
        _inbox.Complete();
        _timer.BeginGrace();
        _ = _leaving.CancelAsync();
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
                InstanceContext.Begin(_cancellation.Token);
                var running = _server.CallApplicationAsync(this, _inbox.ReceiveAsync, _outlet.SendAsync);
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
        _inbox.Complete();
        _table.TryRemove(this);
        _inbox.Drop();
        _server.ReportEnded(Details, error);
        _table.Ended(this);
        _released.TrySetResult();
    }
}
