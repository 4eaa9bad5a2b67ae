using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>What the session's own loops and timers do to it.</content>
internal sealed partial class Session
{
    /// <summary>Ends the session with the first cause that comes. Not under an exchange's lock.</summary>
    internal bool TryEnd(SessionEnding ending)
    {
        if (Interlocked.CompareExchange(ref _ending, ending, null) is not null)
        {
            return false;
        }

        KeepAlive.Dispose();
        _wakeTimer.Dispose();
        StopDrainTime();
        EndConfirmations(ending);
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

    /// <summary>Says in a moment what has been accepted quietly and is not answered by then.</summary>
    internal void WakeSoon()
    {
        if (Volatile.Read(ref _wakesSoon) == 0 && Interlocked.Exchange(ref _wakesSoon, 1) == 0 && Ending is null)
        {
            _wakeTimer.Change(AcceptedTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void Wake()
    {
        Volatile.Write(ref _wakesSoon, 0);
        foreach (var exchange in Table.Open)
        {
            exchange.SayAccepted();
        }
    }

    internal InboundStream CreateInbound(in ExchangeTarget target) =>
        new(Options, Counters, _joined, _own.WindowOf(target), target.Call is null ? SessionLimit.HeadBytes : SessionLimit.EventBytes);

    internal void Establish(Hello hello)
    {
        HelloRules.Check(hello, _role);
        Volatile.Write(ref _peer, PeerLimits.From(hello.Limits));
        KeepAlive.Established();
        _established.TrySetResult(hello);
        _signal.Set();
    }

    /// <summary>
    /// Exchanges are over: their places are free, and the program is told of those that it opened. Once for each, not under an
    /// exchange's lock.
    /// </summary>
    internal void Leave(ReadOnlySpan<Exchange> exchanges)
    {
        Table.Leave(exchanges);
        foreach (var exchange in exchanges)
        {
            if (exchange.IsOpener)
            {
                TellOver(exchange);
            }
        }
    }

    /// <summary>Tells the program that an exchange was lost with the session. Not under an exchange's lock.</summary>
    internal static void TellBroken(Exchange exchange, IExchangeObserver? observer)
    {
        try
        {
            observer?.Broken(exchange);
        }
        catch (Exception)
        {
            // The session has ended already, and the others on it must hear of it too.
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
        else if (!Takes(open))
        {
            Control.Refuse(id, RefusedCode.Draining, "The peer drains.");
        }
        else if (open.Call is { } call)
        {
            LetIn(id, open, call);
        }
        else if (open.Instance is { Conversation: >= ConversationKind.Http and <= ConversationKind.Other } instance)
        {
            LetIn(id, open, instance);
        }
        else
        {
            Control.Refuse(id, RefusedCode.Unsupported, "The kind of target or conversation is not known.");
        }
    }

    private void TellOver(Exchange exchange)
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

    private SessionEnding PendingAnswersReached()
    {
        Counters.CountReached(SessionLimit.PendingAnswers);
        return new SessionEnding(
            SessionEndingKind.Limit, ByPeer: false, GoodbyeCode.Limit, "The peer asks faster than it reads the refusals.");
    }

    private void LetIn(ulong id, OpenExchange open, CallTarget call)
    {
        if (call.Path.Count > CallRules.MaxPath)
        {
            Control.Refuse(id, RefusedCode.TooDeep, $"The call's path has {call.Path.Count} calls; at most {CallRules.MaxPath} are taken.");
        }
        else if (CallRules.ProblemOf(call) is { } problem)
        {
            Control.Refuse(id, RefusedCode.InvalidHead, problem);
        }
        else
        {
            LetIn(id, open, (ExchangeTarget)call);
        }
    }

    private void LetIn(ulong id, OpenExchange open, ExchangeTarget target) =>
        new Exchange(this, isOpener: false, id, target, Peer!, state: null, observer: null, callback: null).OnOpen(open);

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
