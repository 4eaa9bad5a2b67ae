using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>What the reader does with the frames of an exchange.</content>
internal sealed partial class Exchange
{
    /// <summary>Takes the frame that opened it, from the peer, and enters it.</summary>
    internal void OnOpen(OpenExchange open)
    {
        // No lock: nobody else knows the exchange before it is in the table.
        if (ChargeLocked(open.Head.Length))
        {
            AddHeadLocked(open.Head, open.MoreHead);
        }

        var complete = _headComplete;
        var control = HasAnswer || CreditIsDue;
        if (!_session.Table.EnterPeers(this))
        {
            // The session has ended.
            _inbound.End(drop: true);
            return;
        }

        if (complete)
        {
            AskAcceptor();
        }

        if (control)
        {
            _session.Ready.AddControl(this);
        }
    }

    /// <summary>Takes a later frame.</summary>
    internal void OnFrame(Frame frame)
    {
        bool control;
        bool data;
        bool over;
        bool accepted;
        bool broken;
        ReceiveWaiter? ended = null;
        lock (_gate)
        {
            if (_over)
            {
                _session.Counters.CountLate();
                return;
            }

            var wasAccepted = _accepted;
            var wasOpen = _ending is null;
            if (ReceivesOnReader)
            {
                _inbound.HoldEnds();
                OnFrameLocked(frame);
                ended = _inbound.TakeEnded();
            }
            else
            {
                OnFrameLocked(frame);
            }

            accepted = IsOpener && _accepted && !wasAccepted && (Target.Call is null || frame.KindCase == Frame.KindOneofCase.Accepted);
            broken = wasOpen && _ending is { Kind: ExchangeEndingKind.Reset };
            over = _over && IsOpener;
            control = !_over && (HasAnswer || _resetDue is not null || CreditIsDue);
            data = !_over && frame.Credit > 0 && _outbound.HasFrame;
        }

        if (accepted)
        {
            _observer?.Accepted(this);
        }

        if (broken)
        {
            _observer?.Broken(this);
        }

        if (over)
        {
            _session.Leave([this]);
        }

        if (control)
        {
            _session.Ready.AddControl(this);
        }

        if (data)
        {
            _session.Ready.AddData(this);
        }

        ended?.EndHere();
    }

    private void OnFrameLocked(Frame frame)
    {
        if (_ending is not null)
        {
            OnFrameAfterEndingLocked(frame);
            return;
        }

        if (frame.Credit > 0 && !_outbound.AddCredit(frame.Credit))
        {
            _session.Counters.CountReached(SessionLimit.WindowBytes);
            ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, "The credit makes the window larger than 2^31 - 1 bytes.");
            return;
        }

        switch (frame.KindCase)
        {
            case Frame.KindOneofCase.None when frame.Credit > 0:
                break;
            case Frame.KindOneofCase.None:
                ViolationLocked(ResetCode.Unsupported, RefusedCode.Unsupported, "A frame of an unknown kind.");
                break;
            case Frame.KindOneofCase.Payload:
                OnPayloadLocked(frame.Payload);
                if (EndsCall(frame))
                {
                    OnEndedWithPayloadLocked(frame.Payload.Ended);
                }

                break;
            case Frame.KindOneofCase.Reset:
                OnResetLocked(frame.Reset);
                break;
            case Frame.KindOneofCase.Accepted when IsOpener:
                MarkAccepted();
                break;
            case Frame.KindOneofCase.Refused when IsOpener:
                OnRefusedLocked(frame.Refused);
                break;
            case Frame.KindOneofCase.Ended when IsOpener:
                OnEndedLocked(frame.Ended.Kind, frame.Ended.Reason);
                break;
            default:
                ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, $"The frame {frame.KindCase} is out of order.");
                break;
        }
    }

    // Its opener has only to learn that the place is free; its acceptor, that the answer need not wait for data.
    private void OnFrameAfterEndingLocked(Frame frame)
    {
        if ((IsOpener && frame.KindCase is Frame.KindOneofCase.Ended or Frame.KindOneofCase.Refused) || EndsCall(frame))
        {
            _over = true;
            return;
        }

        if (!IsOpener && _endedDue is not null && frame.Credit > 0)
        {
            // Its last event may wait for room. Credit beyond all bounds breaks nothing that goes on.
            _outbound.AddCredit(frame.Credit);
            if (frame.KindCase == Frame.KindOneofCase.None)
            {
                return;
            }
        }

        _session.Counters.CountLate();
        if (!IsOpener && frame.KindCase == Frame.KindOneofCase.Reset)
        {
            _outbound.Drop(_ending!);
        }
    }

    private bool EndsCall(Frame frame) => IsOpener && Target.Call is not null && frame.Payload is { Ended: not EndedKind.Unspecified };

    private void OnEndedWithPayloadLocked(EndedKind kind)
    {
        if (_ending is null)
        {
            OnEndedLocked(kind, "");
        }
        else
        {
            // It could not be taken; the place is free all the same.
            _over = true;
        }
    }

    private void OnResetLocked(Reset reset)
    {
        BreakLocked(ExchangeEnding.Reset(reset.Code, reset.Reason, byPeer: true, IsOpener ? null : reset.Event));
        if (!IsOpener && !_accepted)
        {
            // Nobody runs who would end it later: Accept gives false from now on.
            EndLocked(EndedKind.Disconnected, "");
        }
    }

    private void OnRefusedLocked(Refused refused)
    {
        BreakLocked(_accepted
            ? ExchangeEnding.Reset(ResetCode.Violation, "The exchange was refused after it had been accepted.", byPeer: false)
            : ExchangeEnding.Refused(refused.Code, refused.Reason, byPeer: true));
        _over = true;
    }

    private void OnEndedLocked(EndedKind kind, string reason)
    {
        _accepted = true;
        _ending = ExchangeEnding.Ended(kind, reason, byPeer: true);
        _outbound.Drop(_ending!);
        _inbound.End(drop: false);
        _over = true;
    }

    private void ViolationLocked(ResetCode code, RefusedCode refusedCode, string reason)
    {
        if (IsOpener || _accepted)
        {
            ResetLocked(code, reason, disconnect: null);
        }
        else
        {
            RefuseLocked(refusedCode, reason);
        }
    }
}
