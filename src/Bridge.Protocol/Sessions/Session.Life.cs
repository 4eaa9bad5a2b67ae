using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>What the session's own loops and timers do to it.</content>
internal sealed partial class Session
{
    private readonly Lock _drainGate = new();
    private ITimer? _drainTimer;
    private ulong _drainPing;
    private bool _drainWasRead;
    private volatile bool _draining;
    private volatile bool _peerDrains;

    /// <summary>Whether this side refuses what the peer opens from now on.</summary>
    public bool IsDraining => _draining;

    /// <summary>Whether the peer takes no new exchange.</summary>
    public bool PeerDrains => _peerDrains;

    /// <summary>
    /// Refuses every exchange that the peer opens later, lets what runs go on for DrainTime, and then says goodbye.
    /// Ends at once; <see cref="Ended"/> tells when it is done. A second call does nothing.
    /// </summary>
    public void Drain(string reason)
    {
        lock (_drainGate)
        {
            if (_draining || Ending is not null)
            {
                return;
            }

            _draining = true;
            Control.Drain(ReasonText.Limit(reason));
            _drainPing = Control.Ping();
            _drainTimer = _time.CreateTimer(static session => ((Session)session!).OnDrainTime(), this, Options.DrainTime, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the session with the first cause that comes. Not under an exchange's lock.</summary>
    internal bool TryEnd(SessionEnding ending)
    {
        if (Interlocked.CompareExchange(ref _ending, ending, null) is not null)
        {
            return false;
        }

        KeepAlive.Dispose();
        lock (_drainGate)
        {
            _drainTimer?.Dispose();
        }

        foreach (var exchange in Ready.Close())
        {
            exchange.OnSessionEnded(ending);
        }

        foreach (var exchange in Table.Close())
        {
            exchange.OnSessionEnded(ending);
        }

        _established.TrySetException(new SessionEndedException(Name, ending));
        // Nobody need wait for it.
        _ = _established.Task.Exception;
        _ended.TrySetResult(ending);
        _signal.Set();
        return true;
    }

    internal InboundStream CreateInbound(ConversationKind conversation) => new(Options, Counters, _joined, _own.WindowOf(conversation));

    internal void Establish(Hello hello)
    {
        HelloRules.Check(hello, _role);
        Volatile.Write(ref _peer, PeerLimits.From(hello.Limits));
        KeepAlive.Established();
        _established.TrySetResult(hello);
        _signal.Set();
    }

    /// <summary>Tells the program that an exchange which it opened is over. Not under an exchange's lock.</summary>
    internal void OnOver(Exchange exchange)
    {
        try
        {
            Handler.Over(exchange);
        }
        catch (Exception error)
        {
            TryEnd(SessionEnding.Failed(error));
        }
    }

    /// <summary>Lets in or refuses what the peer has opened.</summary>
    internal void OnOpen(ulong id, OpenExchange open)
    {
        var taken = Table.OpenedByPeer + Control.PendingAnswers;
        if (taken >= Options.Exchanges + Options.PendingAnswers)
        {
            throw new SessionBrokenException(PendingAnswersReached());
        }

        if (taken >= Options.Exchanges)
        {
            Counters.CountReached(SessionLimit.Exchanges);
            Control.Refuse(id, RefusedCode.Overloaded, $"{Options.Exchanges} exchanges are open.");
        }
        else if (_draining)
        {
            Control.Refuse(id, RefusedCode.Draining, "The peer drains.");
        }
        else if (open.Instance is not { Conversation: >= ConversationKind.Http and <= ConversationKind.Other })
        {
            Control.Refuse(id, RefusedCode.Unsupported, "The kind of target or conversation is not known.");
        }
        else
        {
            LetIn(id, open);
        }
    }

    internal void OnPeerDrains(string reason)
    {
        _peerDrains = true;
        Handler.PeerDrains(reason);
    }

    internal void OnPong(ulong number)
    {
        if (!Control.WasPinged(number))
        {
            throw new SessionBrokenException($"A pong {number} answers no ping.");
        }

        lock (_drainGate)
        {
            _drainWasRead |= _draining && number >= _drainPing;
        }
    }

    /// <summary>Says goodbye when a drain is done: the peer has read it, and nothing is open or waits for its answer.</summary>
    internal void CheckDrained()
    {
        if (!_draining)
        {
            return;
        }

        lock (_drainGate)
        {
            if (!_drainWasRead || Table.OpenedHere + Table.OpenedByPeer + Control.PendingAnswers > 0)
            {
                return;
            }
        }

        Close(GoodbyeCode.Done, "Drained.");
    }

    private SessionEnding PendingAnswersReached()
    {
        Counters.CountReached(SessionLimit.PendingAnswers);
        return new SessionEnding(
            SessionEndingKind.Limit, ByPeer: false, GoodbyeCode.Limit, "The peer asks faster than it reads the refusals.");
    }

    private void LetIn(ulong id, OpenExchange open)
    {
        var exchange = new Exchange(this, isOpener: false, id, open.Instance, Peer!, state: null);
        if (Table.EnterPeers(exchange))
        {
            exchange.OnOpen(open);
        }
    }

    private void OnDrainTime()
    {
        Counters.CountReached(SessionLimit.DrainTime);
        var left = Table.OpenedHere + Table.OpenedByPeer;
        Close(GoodbyeCode.Done, $"The drain time of {Options.DrainTime} has passed; {left} exchanges were open.");
    }

    private async Task CloseAsync(SessionEnding ending, Task loops, CancellationTokenSource abort)
    {
        if (ending.Kind is SessionEndingKind.Cancelled or SessionEndingKind.StreamLost)
        {
            await abort.CancelAsync().ConfigureAwait(false);
        }
        else
        {
            try
            {
                await loops.WaitAsync(Options.CloseTime, _time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Counters.CountReached(SessionLimit.CloseTime);
                await abort.CancelAsync().ConfigureAwait(false);
            }
        }

        await loops.ConfigureAwait(false);
    }
}
