using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>What changes an exchange, whoever causes it. All methods named Locked run under its lock.</content>
internal sealed partial class Exchange : IThreadPoolWorkItem
{
    private static readonly Ended Finished = new() { Kind = EndedKind.Finished };

    private bool _acceptedDue;
    private bool _over;
    private Reset? _resetDue;
    private Refused? _refusedDue;
    private Ended? _endedDue;

    /// <summary>The turns of the writer that it waits for. Under the lock of <see cref="ReadyQueue"/>.</summary>
    internal Turns WaitsFor { get; set; }

    private bool HasAnswer => _refusedDue is not null || _endedDue is not null;

    private bool CreditIsDue => _ending is null && _inbound.CreditIsDue;

    /// <summary>Asks the acceptor's program, on the thread pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (Ending is not null)
        {
            return;
        }

        try
        {
            _session.Handler.Accept(this);
        }
        catch (Exception error)
        {
            End(EndedKind.Failed, $"The acceptor failed: {error.Message}");
        }
    }

    private void AskAcceptor() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Makes the head the first thing to send, and asks the writer to open the exchange.</summary>
    internal bool Start(ReadOnlyMemory<byte> head)
    {
        Head = head;
        _outbound.AddHead(head);
        return _session.Ready.AddData(this);
    }

    /// <summary>The session has ended: so has everything on it.</summary>
    internal void OnSessionEnded(SessionEnding session)
    {
        IExchangeObserver? broken;
        lock (_gate)
        {
            if (_over)
            {
                return;
            }

            broken = _ending is null ? _observer : null;
            _over = true;
            _ending ??= Id == 0
                ? ExchangeEnding.NotSent($"The session {_session.Name} has ended: {session.Reason}", session)
                : ExchangeEnding.Lost(_session.Name, session);
            _outbound.Drop(_ending);
            _inbound.End(drop: true);
        }

        Session.TellBroken(this, broken);
        _session.Leave([this]);
    }

    private bool TryAccept(IExchangeObserver? observer)
    {
        if (IsOpener)
        {
            throw new InvalidOperationException("Only an acceptor accepts.");
        }

        lock (_gate)
        {
            if (_ending is not null)
            {
                return false;
            }

            if (!_accepted)
            {
                _observer = observer ?? _observer;
                MarkAccepted();
                _acceptedDue = true;
            }
        }

        return true;
    }

    private void MarkAccepted()
    {
        _accepted = true;
        if (IsOpener)
        {
            _kept?.Stop();
        }
        else
        {
            _inbound.StartCredit();
        }
    }

    private void RefuseLocked(RefusedCode code, string reason)
    {
        _ending = ExchangeEnding.Refused(code, reason, byPeer: false);
        _refusedDue = new Refused { Code = code, Reason = ReasonText.Limit(reason) };
        _inbound.End(drop: true);
    }

    private void ResetLocked(ResetCode code, string reason, ReceiveEvent? disconnect)
    {
        if (_ending is not null)
        {
            _inbound.End(drop: true);
            return;
        }

        if (disconnect is not null && disconnect.CalculateSize() > ReasonText.MaxBytes)
        {
            _session.Counters.CountReached(SessionLimit.ResetEventBytes);
            disconnect = null;
        }

        BreakLocked(ExchangeEnding.Reset(code, reason, byPeer: false, disconnect));
        _resetDue = new Reset { Code = code, Reason = ReasonText.Limit(reason), Event = disconnect };
    }

    private void BreakLocked(ExchangeEnding ending)
    {
        _ending = ending;
        _acceptedDue = false;
        _outbound.Drop(ending);
        _inbound.End(drop: true);
    }

    private void EndLocked(EndedKind kind, string reason)
    {
        if (_over || HasAnswer)
        {
            return;
        }

        _accepted = true;
        _endedDue = kind == EndedKind.Finished && reason.Length == 0 ? Finished : new Ended { Kind = kind, Reason = ReasonText.Limit(reason) };
        if (_ending is null)
        {
            _ending = ExchangeEnding.Ended(kind, reason, byPeer: false);
            _outbound.FailPending(_ending);
        }

        _inbound.End(drop: true);
    }
}
