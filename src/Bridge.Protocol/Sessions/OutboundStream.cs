using System.Buffers;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// What one exchange sends: payloads that the window has room for, and at most one send that waits for room, both cut
/// into frames on the writer's turns. Everything happens under the exchange's lock.
/// </summary>
/// <param name="payloadBytes">The largest payload that the peer takes.</param>
/// <param name="windowBytes">The peer's window.</param>
/// <param name="kept">Where an opener keeps what it sends until it is accepted; null for an acceptor.</param>
internal sealed class OutboundStream(int payloadBytes, int windowBytes, KeptPayloads? kept)
{
    // Most exchanges of calls send one payload in their life: the queue is made for those behind the next one.
    private OutboundPayload? _next;
    private Queue<OutboundPayload>? _queue;
    private PendingSend? _pending;
    private long _window = windowBytes;
    private long _queuedCharge;
    private int _offset;

    /// <summary>A send was given up when a part of it had gone.</summary>
    public bool HasHole { get; private set; }

    /// <summary>Whether something waits that the window has room for.</summary>
    public bool HasFrame => TryPeek(out _, out var rest, out _) && _window >= Needed(rest);

    /// <summary>Whether everything that was sent is in frames.</summary>
    public bool IsEmpty => _next is null && !IsPending;

    private bool IsPending => _pending is { IsActive: true };

    private bool Keeps => kept is { IsOn: true };

    /// <summary>Queues the head, whatever the window: it is the first thing that goes.</summary>
    public void AddHead(ReadOnlyMemory<byte> head) => Enqueue(new OutboundPayload(PayloadKind.Head, head, More: false, Pooled: null));

    /// <summary>
    /// Sends; ends at once when the window has room for all of it. Otherwise it ends when the writer has cut its last
    /// frame; <paramref name="owned"/> memory is not copied, other memory is as it is cut.
    /// </summary>
    public ValueTask Send(PayloadKind kind, ReadOnlyMemory<byte> data, bool more, bool owned)
    {
        if (IsPending)
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

        kept?.MarkPending();
        // An event is replayed whole, so it has to be there whole; of a body the cut parts will do.
        var copy = Keeps && kind == PayloadKind.Event && !owned;
        return (_pending ??= new PendingSend()).Start(new OutboundPayload(kind, copy ? data.ToArray() : data, more, Pooled: null), owned || copy);
    }

    /// <summary>
    /// Queues the last event, whatever the window; what waits for room fails. False when a part of that had gone: nothing
    /// can follow it.
    /// </summary>
    public bool TrySendLast(ReadOnlyMemory<byte> data)
    {
        if (IsPending)
        {
            FailPending(new OperationCanceledException("The exchange was answered meanwhile."));
        }

        if (HasHole)
        {
            return false;
        }

        Enqueue(new OutboundPayload(PayloadKind.Event, data, More: false, Pooled: null));
        return true;
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
            Data = payload.Data.Slice(pending ? _pending!.Offset : _offset, length),
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

    /// <summary>Nothing goes out any more: what waits is dropped, a send that waits fails.</summary>
    public void Drop(ExchangeEnding ending)
    {
        while (_next is { } payload)
        {
            if (payload.Pooled is not null && _offset == 0)
            {
                ArrayPool<byte>.Shared.Return(payload.Pooled);
            }

            Dequeue();
        }

        _queuedCharge = 0;
        if (!ending.MayGoElsewhere)
        {
            kept?.Stop();
        }

        FailPending(ending);
    }

    /// <inheritdoc cref="FailPending(Exception)"/>
    public void FailPending(ExchangeEnding ending)
    {
        if (IsPending)
        {
            FailPending(new ExchangeEndedException(ending));
        }
    }

    /// <summary>Fails a send that waits, and forgets what of it is not cut; what is queued still goes out.</summary>
    public void FailPending(Exception error)
    {
        if (_pending is not { IsActive: true })
        {
            return;
        }

        HasHole = _pending.Offset > 0;
        kept?.DropPending();
        _pending.Fail(error);
    }

    /// <summary>Lets a wait be given up with the token. Outside the exchange's lock.</summary>
    public void Watch(Exchange exchange, CancellationToken cancellationToken) => _pending!.Watch(exchange, cancellationToken);

    private void Admit(PayloadKind kind, ReadOnlyMemory<byte> data, bool more, bool owned)
    {
        if (owned || Keeps)
        {
            data = owned ? data : data.ToArray();
            kept?.Add(kind, data, more);
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
        if (!_pending!.IsOwned)
        {
            if (Keeps)
            {
                part = part with { Data = part.Data.ToArray() };
                kept?.Add(part.Kind, part.Data, part.More);
            }
            else
            {
                part = CopyToPooled(part.Kind, part.Data, part.More);
            }
        }
        else if (last)
        {
            kept?.Add(part.Kind, _pending.Payload.Data, part.More);
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
            Dequeue();
        }
    }

    private bool TryPeek(out OutboundPayload payload, out int rest, out bool pending)
    {
        pending = _next is null;
        if (pending && !IsPending)
        {
            payload = default;
            rest = 0;
            return false;
        }

        payload = _next ?? _pending!.Payload;
        rest = payload.Data.Length - (pending ? _pending!.Offset : _offset);
        return true;
    }

    // Not worth a frame: less than a full payload, as long as more room is sure to come. A receiver that has taken all
    // has given back at least half a window.
    private long Needed(int rest) => Math.Min(WindowCharge.Of(Math.Min(rest, payloadBytes)), windowBytes / 2);

    private void Enqueue(OutboundPayload payload)
    {
        _queuedCharge += WindowCharge.OfCut(payload.Data.Length, payloadBytes);
        if (_next is null)
        {
            _next = payload;
        }
        else
        {
            (_queue ??= []).Enqueue(payload);
        }
    }

    private void Dequeue()
    {
        _next = _queue is { Count: > 0 } ? _queue.Dequeue() : null;
        _offset = 0;
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
