using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>
/// Reads what nearly all frames are: payloads, openings of calls, and credit alone. The frames, payloads and openings are used
/// again for the next batch; what they hold is not. For one reader.
/// </summary>
internal sealed class FrameReader
{
    private readonly Frame?[] _frames = new Frame?[FrameBatch.MaxFrames];
    private readonly Payload?[] _payloads = new Payload?[FrameBatch.MaxFrames];
    private readonly OpenExchange?[] _opens = new OpenExchange?[FrameBatch.MaxFrames];
    private readonly RecentValues _recent = new();

    /// <summary>
    /// Reads the frame at that place of its batch, below <see cref="FrameBatch.MaxFrames"/>. False for one of another kind and for
    /// everything that is not just as writers write it: that is for the generated parser, which knows what it means or what
    /// is wrong with it.
    /// </summary>
    public bool TryRead(ReadOnlySpan<byte> bytes, int index, [NotNullWhen(true)] out Frame? frame)
    {
        frame = null;
        var fields = new WireFields(bytes);
        var exchange = fields.TakeNumber(Frame.ExchangeFieldNumber);
        var credit = fields.TakeNumber(Frame.CreditFieldNumber, uint.MaxValue);
        OpenExchange? open = null;
        Payload? payload = null;
        if (fields.TryTakeBytes(Frame.OpenFieldNumber, out var opening))
        {
            open = _opens[index] ??= new OpenExchange();
            if (!TryReadOpen(opening, open))
            {
                return false;
            }
        }
        else if (fields.TryTakeBytes(Frame.PayloadFieldNumber, out var part))
        {
            payload = _payloads[index] ??= new Payload();
            if (!TryReadPayload(part, payload))
            {
                return false;
            }
        }

        if (!fields.IsDone)
        {
            return false;
        }

        frame = _frames[index] ??= new Frame();
        frame.Exchange = exchange;
        frame.Credit = (uint)credit;
        if (open is not null)
        {
            frame.Open = open;
        }
        else if (payload is not null)
        {
            frame.Payload = payload;
        }

        return true;
    }

    /// <summary>Lets go what the first frames of a batch hold.</summary>
    public void Clear(int count)
    {
        for (var index = 0; index < count && index < _frames.Length; index++)
        {
            _frames[index]?.ClearKind();
            if (_payloads[index] is { } payload)
            {
                payload.Data = ByteString.Empty;
            }

            if (_opens[index] is { } open)
            {
                open.ClearTarget();
                open.Head = ByteString.Empty;
            }
        }
    }

    private static bool TryReadPayload(ReadOnlySpan<byte> bytes, Payload payload)
    {
        var fields = new WireFields(bytes);
        payload.Kind = (PayloadKind)fields.TakeNumber(Payload.KindFieldNumber, int.MaxValue);
        payload.Data = fields.TryTakeBytes(Payload.DataFieldNumber, out var data) ? ByteString.CopyFrom(data) : ByteString.Empty;
        payload.More = fields.TakeNumber(Payload.MoreFieldNumber, max: 1) != 0;
        payload.Ended = (EndedKind)fields.TakeNumber(Payload.EndedFieldNumber, int.MaxValue);
        return fields.IsDone;
    }

    private bool TryReadOpen(ReadOnlySpan<byte> bytes, OpenExchange open)
    {
        var fields = new WireFields(bytes);
        if (!fields.TryTakeBytes(OpenExchange.CallFieldNumber, out var call) || !TryReadTarget(call, out var target))
        {
            return false;
        }

        open.Call = target;
        open.Head = fields.TryTakeBytes(OpenExchange.HeadFieldNumber, out var head) ? ByteString.CopyFrom(head) : ByteString.Empty;
        open.MoreHead = fields.TakeNumber(OpenExchange.MoreHeadFieldNumber, max: 1) != 0;
        return fields.IsDone;
    }

    private bool TryReadTarget(ReadOnlySpan<byte> bytes, out CallTarget target)
    {
        target = new CallTarget();
        var fields = new WireFields(bytes);
        if (!fields.TryTakeBytes(CallTarget.CallableFieldNumber, out var callable) || callable.IsEmpty || !Ascii.IsValid(callable))
        {
            return false;
        }

        target.Callable = _recent.Name(callable);
        while (fields.TryTakeBytes(CallTarget.PathFieldNumber, out var bytesOfStep))
        {
            if (!TryReadStep(bytesOfStep, out var step))
            {
                return false;
            }

            if (target.Path.Count == 0)
            {
                // Most paths are no longer, and a list would begin with room for eight.
                target.Path.Capacity = 1;
            }

            target.Path.Add(step);
        }

        if (fields.TryTakeBytes(CallTarget.ThreadContextFieldNumber, out var context))
        {
            target.ThreadContext = context.Length == WireId.Length ? _recent.Id(context) : ByteString.CopyFrom(context);
        }

        target.TimeoutMs = fields.TakeNumber(CallTarget.TimeoutMsFieldNumber);
        return fields.IsDone;
    }

    private bool TryReadStep(ReadOnlySpan<byte> bytes, out CallStep step)
    {
        step = new CallStep();
        var fields = new WireFields(bytes);
        if (!fields.TryTakeBytes(CallStep.CallFieldNumber, out var call)
            || !fields.TryTakeBytes(CallStep.PeerFieldNumber, out var peer)
            || peer.Length != WireId.Length)
        {
            return false;
        }

        step.Call = ByteString.CopyFrom(call);
        step.Peer = _recent.Id(peer);
        return fields.IsDone;
    }
}
