using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>
/// The way of a connector's events to the queues of their instances: in order for each scope, without waiting for each
/// other between scopes; and what may be acknowledged of them. It never waits: what finds no room does, within the window
/// of the connector. Guarded by the lock of its feed where nothing else is said.
/// </summary>
internal sealed class FeedIntake
{
    private readonly StatelessContext _shared;
    private readonly FeedServer _server;
    private readonly FeedOutbox _outbox;
    private readonly Lock _gate;
    private readonly CancellationToken _ended;
    private readonly ScopeLanes _lanes;
    private readonly ByteRoom _held;

    /// <summary>What waits, in the order of the numbers; those before the first one that is not done are acknowledged.</summary>
    private readonly Queue<WaitingEvent> _waiting = new();
    private TaskCompletionSource? _empty;

    /// <param name="shared">Limits, clock, figures.</param>
    /// <param name="server">Takes the events.</param>
    /// <param name="outbox">Takes the reports; while it is full, events wait.</param>
    /// <param name="gate">The lock of the feed.</param>
    /// <param name="ended">Fires when the feed is over, and nobody needs what still waits.</param>
    public FeedIntake(StatelessContext shared, FeedServer server, FeedOutbox outbox, Lock gate, CancellationToken ended)
    {
        _shared = shared;
        _server = server;
        _outbox = outbox;
        _gate = gate;
        _ended = ended;
        _lanes = new ScopeLanes(shared.Options.KnownScopes, shared.BridgeMetrics);
        _held = new ByteRoom(shared.Options.HeldBytes);
    }

    /// <summary>Called, without the lock, when more can be acknowledged than before.</summary>
    public Action Changed { get; set; } = static () => { };

    /// <summary>The number of the last event that has come.</summary>
    public ulong LastReceived { get; private set; }

    /// <summary>What can be acknowledged.</summary>
    public ulong Acknowledged => _waiting.TryPeek(out var first) ? first.Message.Seq - 1 : LastReceived;

    /// <summary>Bytes in the queues of the instances. Any thread.</summary>
    public long HeldBytes => _held.Held;

    /// <summary>Takes the next event.</summary>
    /// <param name="message">The event, whose number is the next one.</param>
    /// <param name="newest">The scope that came with it, if one did.</param>
    public void Take(FeedEvent message, FeedScope? newest)
    {
        LastReceived = message.Seq;
        if (_lanes.Use(message.ScopeId, newest) is not { } lane)
        {
            ReportUndelivered(message, V1.FeedUndeliveredReason.ScopeMissing, "The scope is not known, or not any more.");
            return;
        }

        if (DisconnectEvents.Includes(message.Inner, lane.Scope.Inner))
        {
            message = message with { IsDisconnect = true };
        }

        if (lane.Waiting.Count == 0 && TryHand(lane, message))
        {
            return;
        }

        var waiting = new WaitingEvent(message);
        _waiting.Enqueue(waiting);
        lane.Waiting.Enqueue(waiting);
        if (lane.Waiting.Count == 1)
        {
            _ = Task.Run(() => HandAllAsync(lane));
        }
    }

    /// <summary>An application has taken an event from its queue. Any thread.</summary>
    public void Taken(FeedEvent message) => _held.Release(message.Bytes);

    /// <summary>No application will take an event that was in a queue. Any thread.</summary>
    public void Dropped(FeedEvent message)
    {
        _held.Release(message.Bytes);
        ReportUndelivered(message, V1.FeedUndeliveredReason.Ended, "The instance ended before its application took the event.");
    }

    /// <summary>Ends when nothing waits any more.</summary>
    public Task WhenEmptyAsync()
    {
        if (_waiting.Count == 0)
        {
            return Task.CompletedTask;
        }

        _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _empty.Task;
    }

    /// <summary>Puts an event into its instance's queue if nothing stands in the way, or reports it.</summary>
    private bool TryHand(ScopeLane lane, FeedEvent message)
    {
        if (_outbox.IsFull)
        {
            return false;
        }

        if (!_held.TryTake(message.Bytes))
        {
            _shared.BridgeMetrics.Reached(Limit.FeedHeldBytes);
            return false;
        }

        if (message.IsDisconnect)
        {
            if (!_server.TryFind(message.ScopeId, out var leaving))
            {
                Dropped(message);
                return true;
            }

            if (leaving.Writer.TryWrite(message))
            {
                leaving.Writer.TryComplete();
                return true;
            }
        }
        else
        {
            var opening = _server.GetOrCreateApplicationInstanceAsync(message.ScopeId, lane.Scope, _ended);
            if (!opening.IsCompletedSuccessfully)
            {
                _shared.BridgeMetrics.Reached(Limit.FeedLeavingInstances);
                lane.Opening = opening.AsTask();
            }
            else if (opening.Result.TryWrite(message))
            {
                return true;
            }
            else
            {
                _shared.BridgeMetrics.Reached(Limit.FeedScopeEvents);
            }
        }

        _held.Release(message.Bytes);
        return false;
    }

    /// <summary>Hands over what waits in a lane, in order, until nothing does.</summary>
    private async Task HandAllAsync(ScopeLane lane)
    {
        while (true)
        {
            WaitingEvent first;
            lock (_gate)
            {
                first = lane.Waiting.Peek();
            }

            if (!await HandAsync(lane, first.Message))
            {
                return;
            }

            bool isLast;
            lock (_gate)
            {
                first.IsDone = true;
                lane.Waiting.Dequeue();
                isLast = lane.Waiting.Count == 0;
                while (_waiting.TryPeek(out var oldest) && oldest.IsDone)
                {
                    _waiting.Dequeue();
                }

                if (_waiting.Count == 0)
                {
                    _empty?.TrySetResult();
                    _empty = null;
                }
            }

            Changed();
            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>Hands an event over, or reports it when it has waited for too long.</summary>
    /// <returns>False: the feed is over.</returns>
    private async Task<bool> HandAsync(ScopeLane lane, FeedEvent message)
    {
        while (true)
        {
            try
            {
                // Its own time does not pass while the connector is behind.
                await _outbox.WhenRoomAsync(_ended);
                using var patience = new CancellationTokenSource(_shared.Options.ScopeWaitTime, _shared.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ended);
                return await PostAsync(lane, message, either.Token);
            }
            catch (OperationCanceledException) when (_ended.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception error) when (error is OperationCanceledException or TimeoutException)
            {
                if (!_outbox.IsFull)
                {
                    _shared.BridgeMetrics.Reached(Limit.FeedScopeWaitTime);
                    ReportUndelivered(message, V1.FeedUndeliveredReason.Overloaded, error is TimeoutException
                        ? error.Message
                        : $"The scope took nothing for {_shared.Options.ScopeWaitTime} ({StatelessOptions.Section}:{nameof(StatelessOptions.ScopeWaitTime)}).");
                    return true;
                }
            }
        }
    }

    private async Task<bool> PostAsync(ScopeLane lane, FeedEvent message, CancellationToken cancellationToken)
    {
        if (lane.Opening is { } opening)
        {
            lane.Opening = null;
            await opening.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _held.TakeAsync(message.Bytes, cancellationToken);
        try
        {
            if (!message.IsDisconnect)
            {
                if (await _server.PostAsync(message.ScopeId, lane.Scope, message, cancellationToken))
                {
                    return true;
                }
            }
            else if (_server.TryFind(message.ScopeId, out var leaving) && await leaving.Writer.PostAsync(message, cancellationToken))
            {
                leaving.Writer.TryComplete();
                return true;
            }
            else
            {
                Dropped(message);
                return true;
            }
        }
        catch
        {
            _held.Release(message.Bytes);
            throw;
        }

        _held.Release(message.Bytes);
        return false;
    }

    private void ReportUndelivered(FeedEvent message, V1.FeedUndeliveredReason reason, string detail)
    {
        _shared.Metrics.LeftUndelivered();
        _outbox.Report(new V1.FeedOutputItem
        {
            ScopeId = message.ScopeId,
            Undelivered = new V1.FeedUndelivered { Seq = message.Seq, Reason = reason, Detail = detail },
        });
    }
}
