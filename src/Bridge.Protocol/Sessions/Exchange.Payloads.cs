using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Sessions;

/// <content>What the reader does with payloads.</content>
internal sealed partial class Exchange
{
    private const string BehindTheLast = "An event came after the result.";

    private bool _headComplete;

    private void OnPayloadLocked(Payload payload)
    {
        if (!ChargeLocked(payload.Data.Length))
        {
            return;
        }

        var isHead = payload.Kind == PayloadKind.Head;
        if (payload.Kind is not (PayloadKind.Head or PayloadKind.Event or PayloadKind.Body))
        {
            ViolationLocked(ResetCode.Unsupported, RefusedCode.Unsupported, $"A payload of the unknown kind {(int)payload.Kind}.");
        }
        else if (isHead == (IsOpener || _headComplete) || (payload.Kind == PayloadKind.Body && _inbound.IsJoining) || (!isHead && !MayCarry(payload.Kind)))
        {
            ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, $"A payload of kind {payload.Kind} is out of order.");
        }
        else if (_expectsEnd)
        {
            ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, BehindTheLast);
        }
        else if (payload.Ended != EndedKind.Unspecified && (Target.Call is null || !IsOpener || payload.More))
        {
            ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, "A payload that ends the exchange may not come there.");
        }
        else if (isHead)
        {
            AddHeadLocked(payload.Data, payload.More);
            if (_headComplete)
            {
                AskAcceptor();
            }
        }
        else
        {
            AddDataLocked(payload);
        }
    }

    /// <summary>A call carries no body, and nothing from its opener but the head.</summary>
    private bool MayCarry(PayloadKind kind) => Target.Call is null || (IsOpener && kind == PayloadKind.Event);

    private bool ChargeLocked(int length)
    {
        if (_inbound.Charge(length))
        {
            return true;
        }

        _session.Counters.CountReached(SessionLimit.WindowBytes);
        ViolationLocked(ResetCode.Violation, RefusedCode.InvalidHead, "More was sent than the window holds.");
        return false;
    }

    private void AddHeadLocked(ByteString part, bool more)
    {
        if (_inbound.AddHead(part, more, out var head, out var passed))
        {
            Head = head;
            _headComplete = true;
        }
        else if (passed is { } limit)
        {
            _session.Counters.CountReached(limit);
            var code = limit == SessionLimit.JoinedBytes ? RefusedCode.Overloaded : RefusedCode.HeadTooLarge;
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
}
