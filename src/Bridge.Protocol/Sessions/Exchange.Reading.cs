using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Sessions;

/// <content>What the reader does with the frames of an exchange.</content>
internal sealed partial class Exchange
{
    private bool _headComplete;

    /// <summary>Takes the frame that opened it, from the peer.</summary>
    internal void OnOpen(OpenExchange open)
    {
        lock (_gate)
        {
            AddHeadLocked(open.Head, open.MoreHead);
        }

        _session.Ready.AddControl(this);
    }

    /// <summary>Takes a later frame.</summary>
    internal void OnFrame(Frame frame)
    {
        bool control;
        bool data;
        bool over;
        lock (_gate)
        {
            if (_over)
            {
                _session.Counters.CountLate();
                return;
            }

            OnFrameLocked(frame);
            over = _over && IsOpener;
            control = !_over && (HasAnswer || _resetDue is not null || CreditIsDue);
            data = !_over && frame.Credit > 0 && _outbound.HasFrame;
        }

        if (over)
        {
            LeaveTable();
        }

        if (control)
        {
            _session.Ready.AddControl(this);
        }

        if (data)
        {
            _session.Ready.AddData(this);
        }
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
                break;
            case Frame.KindOneofCase.Reset:
                OnResetLocked(frame.Reset);
                break;
            case Frame.KindOneofCase.Accepted when IsOpener:
                MarkAccepted();
                break;
            case Frame.KindOneofCase.Refused when IsOpener && !_accepted:
                OnRefusedLocked(frame.Refused);
                break;
            case Frame.KindOneofCase.Ended when IsOpener:
                OnEndedLocked(frame.Ended);
                break;
            default:
                ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, $"The frame {frame.KindCase} is out of order.");
                break;
        }
    }

    // Its opener has only to learn that the place is free; its acceptor, that the answer need not wait for data.
    private void OnFrameAfterEndingLocked(Frame frame)
    {
        if (IsOpener && frame.KindCase is Frame.KindOneofCase.Ended or Frame.KindOneofCase.Refused)
        {
            _over = true;
            return;
        }

        _session.Counters.CountLate();
        if (!IsOpener && frame.KindCase == Frame.KindOneofCase.Reset)
        {
            _outbound.Drop(_ending!);
        }
    }

    private void OnPayloadLocked(Payload payload)
    {
        if (!_inbound.Charge(payload.Data.Length))
        {
            _session.Counters.CountReached(SessionLimit.WindowBytes);
            ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, "More was sent than the window holds.");
            return;
        }

        var isHead = payload.Kind == PayloadKind.Head;
        if (payload.Kind is not (PayloadKind.Head or PayloadKind.Event or PayloadKind.Body))
        {
            ViolationLocked(ResetCode.Unsupported, RefusedCode.Unsupported, $"A payload of the unknown kind {(int)payload.Kind}.");
        }
        else if (isHead == (IsOpener || _headComplete) || (payload.Kind == PayloadKind.Body && _inbound.IsJoining))
        {
            ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, $"A payload of kind {payload.Kind} is out of order.");
        }
        else if (isHead)
        {
            AddHeadLocked(payload.Data, payload.More);
        }
        else
        {
            AddDataLocked(payload);
        }
    }

    private void AddHeadLocked(ByteString part, bool more)
    {
        if (_inbound.AddHead(part, more, out var head, out var passed))
        {
            Head = head;
            _headComplete = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else if (passed is { } limit)
        {
            _session.Counters.CountReached(limit);
            var code = limit == SessionLimit.HeadBytes ? RefusedCode.HeadTooLarge : RefusedCode.Overloaded;
            RefuseLocked(code, $"The head passes {limit}.");
        }
    }

    private void AddDataLocked(Payload payload)
    {
        if (IsOpener && !_accepted)
        {
            MarkAccepted();
        }

        if (payload.Kind == PayloadKind.Body)
        {
            _inbound.AddBody(payload.Data, payload.More);
            return;
        }

        _inbound.AddEvent(payload.Data, payload.More, out var passed);
        if (passed is { } limit)
        {
            _session.Counters.CountReached(limit);
            ViolationLocked(ResetCode.TooLarge, RefusedCode.Overloaded, $"An event passes {limit}.");
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
        BreakLocked(ExchangeEnding.Refused(refused.Code, refused.Reason, byPeer: true));
        _over = true;
    }

    private void OnEndedLocked(Ended ended)
    {
        _accepted = true;
        _ending = ExchangeEnding.Ended(ended.Kind, ended.Reason, byPeer: true);
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
