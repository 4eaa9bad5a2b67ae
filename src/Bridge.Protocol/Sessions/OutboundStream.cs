using System.Buffers;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// What one exchange sends: payloads that the window has room for, and at most one send that waits for room, both cut
/// into frames on the writer's turns. Everything happens under the exchange's lock.
/// </summary>
internal sealed class OutboundStream(int payloadBytes, int windowBytes)
{
    private readonly Queue<OutboundPayload> _queue = new(2);
    private readonly PendingSend _pending = new();
    private List<RetainedPayload>? _retained;
    private int _retainedBeforePending;
    private long _window = windowBytes;
    private long _queuedCharge;
    private int _offset;

    /// <summary>
    /// Keeps what is sent until <see cref="Accepted"/>, so that it can be sent elsewhere. Set before the first send.
    /// </summary>
    public bool Retains { get; set; }

    /// <summary>A send was given up when a part of it had gone.</summary>
    public bool HasHole { get; private set; }

    /// <summary>Whether something waits that the window has room for.</summary>
    public bool HasFrame => TryPeek(out _, out var rest, out _) && _window >= Needed(rest);

    /// <summary>Whether everything that was sent is in frames.</summary>
    public bool IsEmpty => _queue.Count == 0 && !_pending.IsActive;

    /// <summary>Queues the head, whatever the window: it is the first thing that goes.</summary>
    public void AddHead(ReadOnlyMemory<byte> head) => Enqueue(new OutboundPayload(PayloadKind.Head, head, More: false, Pooled: null));

    /// <summary>
    /// Sends; ends at once when the window has room for all of it. Otherwise it ends when the writer has cut its last
    /// frame; <paramref name="owned"/> memory is not copied, other memory is as it is cut.
    /// </summary>
    public ValueTask Send(PayloadKind kind, ReadOnlyMemory<byte> data, bool more, bool owned)
    {
        if (_pending.IsActive)
        {
            throw new InvalidOperationException("Another send of this exchange has not ended. Await each one.");
        }

        if (HasHole)
        {
            throw new IncompleteSendException();
        }

        if (WindowCharge.OfCut(data.Length, payloadBytes) <= _window - _queuedCharge)
        {
            Admit(kind, data, more, owned);
            return ValueTask.CompletedTask;
        }

        _retainedBeforePending = _retained?.Count ?? 0;
        // An event is replayed whole, so it has to be there whole; of a body the cut parts will do.
        var copy = Retains && kind == PayloadKind.Event && !owned;
        return _pending.Start(new OutboundPayload(kind, copy ? data.ToArray() : data, more, Pooled: null), owned || copy);
    }

    /// <summary>Cuts the next frame, if there is something and the window has room.</summary>
    public bool TryTake(out OutboundPayload part)
    {
        if (!TryPeek(out var payload, out var rest, out var pending) || _window < Needed(rest))
        {
            part = default;
            return false;
        }

        var length = (int)Math.Min(Math.Min(rest, payloadBytes), _window - WindowCharge.PerPayload);
        var last = length == rest;
        part = payload with
        {
            Data = payload.Data.Slice(pending ? _pending.Offset : _offset, length),
            More = !last || payload.More,
            Pooled = last ? payload.Pooled : null,
        };
        _window -= WindowCharge.Of(length);
        if (pending)
        {
            part = CutPending(part, length, last);
        }
        else
        {
            CutQueued(rest, length, last);
        }

        return true;
    }

    /// <summary>Gives the window back what the peer has taken. False when it grows beyond what a window may be.</summary>
    public bool AddCredit(uint credit)
    {
        _window += credit;
        return _window <= int.MaxValue;
    }

    /// <summary>The peer has accepted: nothing is kept any more.</summary>
    public void Accepted()
    {
        Retains = false;
        _retained = null;
    }

    /// <summary>Nothing goes out any more: what waits is dropped, a send that waits fails.</summary>
    public void Drop(ExchangeEnding ending)
    {
        while (_queue.TryDequeue(out var payload))
        {
            if (payload.Pooled is not null && _offset == 0)
            {
                ArrayPool<byte>.Shared.Return(payload.Pooled);
            }

            _offset = 0;
        }

        _queuedCharge = 0;
        if (!ending.MayGoElsewhere)
        {
            _retained = null;
        }

        if (_pending.IsActive)
        {
            FailPending(new ExchangeEndedException(ending));
        }
    }

    /// <summary>Fails a send that waits, and forgets what of it is not cut; what is queued still goes out.</summary>
    public void FailPending(Exception error)
    {
        if (!_pending.IsActive)
        {
            return;
        }

        HasHole = _pending.Offset > 0;
        if (_retained is { } retained)
        {
            retained.RemoveRange(_retainedBeforePending, retained.Count - _retainedBeforePending);
        }

        _pending.Fail(error);
    }

    /// <summary>Lets a wait be given up with the token. Outside the exchange's lock.</summary>
    public void Watch(Exchange exchange, CancellationToken cancellationToken) => _pending.Watch(exchange, cancellationToken);

    /// <summary>Takes what was sent and kept: the messages of all sends that ended well, in order.</summary>
    public IReadOnlyList<RetainedPayload> TakeRetained()
    {
        var retained = _retained ?? [];
        _retained = null;
        return retained;
    }

    private void Admit(PayloadKind kind, ReadOnlyMemory<byte> data, bool more, bool owned)
    {
        if (owned || Retains)
        {
            data = owned ? data : data.ToArray();
            Retain(kind, data, more);
            Enqueue(new OutboundPayload(kind, data, more, Pooled: null));
            return;
        }

        // An array for each frame, so that each goes back to the pool as its frame is written.
        do
        {
            var length = Math.Min(data.Length, payloadBytes);
            Enqueue(CopyToPooled(kind, data[..length], more || length < data.Length));
            data = data[length..];
        }
        while (!data.IsEmpty);
    }

    private OutboundPayload CutPending(OutboundPayload part, int length, bool last)
    {
        if (!_pending.IsOwned)
        {
            if (Retains)
            {
                part = part with { Data = part.Data.ToArray() };
                Retain(part.Kind, part.Data, part.More);
            }
            else
            {
                part = CopyToPooled(part.Kind, part.Data, part.More);
            }
        }
        else if (last)
        {
            Retain(part.Kind, _pending.Payload.Data, part.More);
        }

        _pending.Advance(length);
        if (last)
        {
            _pending.Succeed();
        }

        return part;
    }

    private void CutQueued(int rest, int length, bool last)
    {
        _queuedCharge -= WindowCharge.OfCut(rest, payloadBytes) - (last ? 0 : WindowCharge.OfCut(rest - length, payloadBytes));
        _offset += length;
        if (last)
        {
            _queue.Dequeue();
            _offset = 0;
        }
    }

    private bool TryPeek(out OutboundPayload payload, out int rest, out bool pending)
    {
        pending = _queue.Count == 0;
        payload = pending ? _pending.Payload : _queue.Peek();
        rest = payload.Data.Length - (pending ? _pending.Offset : _offset);
        return !pending || _pending.IsActive;
    }

    // Not worth a frame: less than a full payload, as long as more room is sure to come. A receiver that has taken all
    // has given back at least half a window.
    private long Needed(int rest) => Math.Min(WindowCharge.Of(Math.Min(rest, payloadBytes)), windowBytes / 2);

    private void Enqueue(OutboundPayload payload)
    {
        _queuedCharge += WindowCharge.OfCut(payload.Data.Length, payloadBytes);
        _queue.Enqueue(payload);
    }

    private void Retain(PayloadKind kind, ReadOnlyMemory<byte> data, bool more)
    {
        if (Retains)
        {
            (_retained ??= []).Add(new RetainedPayload(kind, data, more));
        }
    }

    private static OutboundPayload CopyToPooled(PayloadKind kind, ReadOnlyMemory<byte> data, bool more)
    {
        if (data.IsEmpty)
        {
            return new OutboundPayload(kind, data, more, Pooled: null);
        }

        var array = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(array);
        return new OutboundPayload(kind, array.AsMemory(0, data.Length), more, array);
    }
}
