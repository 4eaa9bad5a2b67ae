using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>What the writer does on the turns of an exchange.</content>
internal sealed partial class Exchange
{
    /// <summary>Writes the control frame that is due, if one is. True when the exchange is over with it.</summary>
    internal bool WriteControl(FrameBatch batch)
    {
        var left = false;
        var again = false;
        lock (_gate)
        {
            if (_over || Id == 0)
            {
                return false;
            }

            if (_resetDue is not null)
            {
                batch.Add(new Frame { Exchange = Id, Reset = _resetDue });
                _resetDue = null;
                again = HasAnswer;
            }
            else if (HasAnswer)
            {
                left = WriteAnswerLocked(batch);
            }
            else if (_acceptedDue && _outbound.IsEmpty)
            {
                batch.AddAccepted(Id, TakeCreditLocked());
                _acceptedDue = false;
            }
            else if (CreditIsDue)
            {
                batch.AddCredit(Id, TakeCreditLocked());
            }
        }

        if (again)
        {
            _session.Ready.AddControl(this, wake: false);
        }

        return left;
    }

    /// <summary>
    /// Writes one frame of data, if there is something and the window has room. True when the exchange is over with it, or
    /// cannot be opened.
    /// </summary>
    internal bool WriteData(FrameBatch batch)
    {
        var left = false;
        bool again;
        bool answer;
        lock (_gate)
        {
            if (_over)
            {
                return false;
            }

            if (Id == 0)
            {
                left = !WriteOpenLocked(batch);
            }
            else if (_outbound.TryTake(out var part))
            {
                // The first payload says it.
                _acceptedDue = false;
                if (CanEndWithLocked(part))
                {
                    part = part with { Ended = _endedDue!.Kind };
                    left = _over = true;
                }

                batch.AddPayload(Id, left ? 0 : TakeCreditLocked(), part);
            }

            again = !left && _outbound.HasFrame;
            answer = !left && HasAnswer && _outbound.IsEmpty;
        }

        if (again)
        {
            _session.Ready.AddData(this, wake: false);
        }

        if (answer)
        {
            _session.Ready.AddControl(this, wake: false);
        }

        return left;
    }

    /// <summary>Whether the answer to a call is all in this frame, and its end may go along.</summary>
    private bool CanEndWithLocked(in OutboundPayload part) =>
        Target.Call is not null && !part.More && _endedDue is { Reason.Length: 0 } && _resetDue is null && _outbound.IsEmpty;

    private bool WriteOpenLocked(FrameBatch batch)
    {
        if (_ending is null && _session.PeerTakes(Target))
        {
            Id = _session.Table.EnterOwn(this);
        }

        if (Id == 0)
        {
            _over = true;
            _ending ??= ExchangeEnding.NotSent($"The peer of the session {_session.Name} drains, or the session has ended.");
            _outbound.Drop(_ending);
            _inbound.End(drop: true);
            return false;
        }

        _outbound.TryTake(out var head);
        batch.AddOpen(Id, Target, head);
        return true;
    }

    // The last frame waits for the data before it.
    private bool WriteAnswerLocked(FrameBatch batch)
    {
        if (!_outbound.IsEmpty)
        {
            return false;
        }

        if (_refusedDue is not null)
        {
            batch.Add(new Frame { Exchange = Id, Refused = _refusedDue });
        }
        else
        {
            batch.AddEnded(Id, _endedDue!);
        }

        _over = true;
        return true;
    }

    private int TakeCreditLocked() => _ending is null ? _inbound.TakeCredit() : 0;
}
