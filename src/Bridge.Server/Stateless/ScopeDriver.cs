using System.Diagnostics.CodeAnalysis;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;
using Bridge.Protocol.Instances;

namespace Bridge.Server.Stateless;

/// <summary>
/// The driver of one instance of a feed, between the queue that Core's stateless server keeps for it and an application
/// that lives anywhere.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and its token outlives us.")]
internal sealed class ScopeDriver : IDriver
{
    private readonly ApplicationInstance<string> _instance;
    private readonly AsgiReceive _receive;
    private readonly AsgiSend _send;
    private readonly FeedOutbox _outbox;
    private readonly FeedIntake _intake;
    private readonly AsgiScope _scope;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenRegistration _leaving;
    private readonly CancellationTokenRegistration _cancelled;
    private readonly Lock _gate = new();

    /// <summary>A wait for the queue that was given up and goes on: no event may be lost with it.</summary>
    private Task<AsgiEvent>? _pending;
    private bool _heardDisconnect;
    private bool _hasBegun;
    private bool _isLeaving;

    /// <param name="instance">The instance in Core's server; it leaves when that tells it to.</param>
    /// <param name="receive">Its queue.</param>
    /// <param name="send">The way to the connector.</param>
    /// <param name="outbox">Where that way ends.</param>
    /// <param name="intake">Told of what is taken from the queue.</param>
    public ScopeDriver(ApplicationInstance<string> instance, AsgiReceive receive, AsgiSend send, FeedOutbox outbox, FeedIntake intake)
    {
        _instance = instance;
        _receive = receive;
        _send = send;
        _outbox = outbox;
        _intake = intake;
        _scope = ((FeedScope)instance.Scope).Inner;
        _leaving = instance.Leaving.UnsafeRegister(static driver => ((ScopeDriver)driver!).OnLeaving(), this);
        _cancelled = instance.Cancelled.UnsafeRegister(static driver => ((ScopeDriver)driver!)._gone.Cancel(), this);
    }

    /// <summary>
    /// Fires when the instance is told to end; what was queued before comes first all the same. So one that waits for a
    /// place goes on waiting, until its server's patience is over.
    /// </summary>
    public CancellationToken Disconnected => _gone.Token;

    public bool LeavesInOrder => true;

    public bool TryBegin()
    {
        bool isLeaving;
        lock (_gate)
        {
            _hasBegun = true;
            isLeaving = _isLeaving;
        }

        if (isLeaving)
        {
            _ = _gone.CancelAsync();
        }

        return !_instance.Cancelled.IsCancellationRequested;
    }

    public async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_heardDisconnect)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        AsgiEvent message;
        try
        {
            message = await NextAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            message = DriverRules.Lost(_scope);
        }

        if (message is not FeedEvent ofConnector)
        {
            _heardDisconnect = true;
            return message;
        }

        _intake.Taken(ofConnector);
        _heardDisconnect = ofConnector.IsDisconnect;
        return ofConnector.Inner;
    }

    public async ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        try
        {
            // Joining tokens costs more than the rest; it is for a send that has to wait.
            await _send(message, _outbox.IsFull ? cancellationToken : CancellationToken.None);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClientDisconnectedException("The scope is over.");
        }
    }

    /// <summary>The instance has ended: what a wait that nobody is interested in still takes from the queue is reported.</summary>
    public void Close()
    {
        _leaving.Dispose();
        _cancelled.Dispose();
        if (_pending is { } pending)
        {
            _ = ReportLateAsync(pending);
        }
    }

    private void OnLeaving()
    {
        lock (_gate)
        {
            _isLeaving = true;
            if (!_hasBegun)
            {
                return;
            }
        }

        _gone.Cancel();
    }

    private ValueTask<AsgiEvent> NextAsync(CancellationToken cancellationToken)
    {
        if (_pending is null)
        {
            var next = _receive(CancellationToken.None);
            if (next.IsCompleted)
            {
                return next;
            }

            _pending = next.AsTask();
        }

        return new ValueTask<AsgiEvent>(WaitAsync(_pending, cancellationToken));
    }

    private async Task<AsgiEvent> WaitAsync(Task<AsgiEvent> pending, CancellationToken cancellationToken)
    {
        if (!pending.IsCompleted)
        {
            await Task.WhenAny(pending).WaitAsync(cancellationToken);
        }

        _pending = null;
        return await pending;
    }

    private async Task ReportLateAsync(Task<AsgiEvent> pending)
    {
        await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pending.IsCompletedSuccessfully && await pending is FeedEvent late)
        {
            _intake.Dropped(late);
        }
    }
}
