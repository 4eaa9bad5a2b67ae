using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// What this side has to say on exchange 0, and the refusals of exchanges that were never let in. State, not a queue:
/// the newest ping, pong and offer of a name take the place of older ones. Safe for concurrent use.
/// </summary>
internal sealed class SessionControl(WriterSignal signal)
{
    private readonly Lock _gate = new();
    private readonly List<Offer> _offers = [];
    private readonly List<OfferRefusal> _offerRefusals = [];
    private readonly Queue<(ulong Exchange, RefusedCode Code, string Reason)> _refusals = [];
    private readonly Queue<Guid> _threadContexts = [];
    private string? _drain;
    private ulong _pings;
    private bool _pingDue;
    private ulong? _pong;
    private volatile int _pendingAnswers;
    private volatile bool _isDue;

    /// <summary>Answers that wait to be written to a peer that asked for them.</summary>
    public int PendingAnswers => _pendingAnswers;

    public void Offer(Offer offer) => Change(() => Replace(_offers, offer, static offer => (offer.Application, offer.Callable?.Name)));

    public void RefuseOffer(OfferRefusal refusal) =>
        Change(() => Replace(_offerRefusals, refusal, static refusal => (refusal.Application, refusal.Callable)));

    /// <summary>False when as many as <paramref name="limit"/> wait already: nobody is told of this one.</summary>
    public bool EndThreadContext(Guid context, int limit)
    {
        lock (_gate)
        {
            if (_threadContexts.Count >= limit)
            {
                return false;
            }

            _threadContexts.Enqueue(context);
            _isDue = true;
        }

        signal.Set();
        return true;
    }

    public void Refuse(ulong exchange, RefusedCode code, string reason) => Change(() => _refusals.Enqueue((exchange, code, reason)));

    public void Drain(string reason) => Change(() => _drain = reason);

    public void Pong(ulong number) => Change(() => _pong = number);

    /// <summary>Asks for a pong; gives the number that it will have, or a higher one.</summary>
    public ulong Ping()
    {
        ulong number = 0;
        Change(() =>
        {
            number = ++_pings;
            _pingDue = true;
        });
        return number;
    }

    /// <summary>Whether a pong of that number answers a ping that was made.</summary>
    public bool WasPinged(ulong number)
    {
        lock (_gate)
        {
            return number > 0 && number <= _pings;
        }
    }

    /// <summary>
    /// Writes what is due. The drain and the offers go before the ping that asks whether they were read, the refusals of
    /// offers before the pong that says so.
    /// </summary>
    public void Fill(FrameBatch batch)
    {
        if (!_isDue)
        {
            return;
        }

        lock (_gate)
        {
            if (_drain is not null)
            {
                batch.Add(new Frame { Drain = new Drain { Reason = _drain } });
                _drain = null;
            }

            Fill(batch, _offers, static offer => new Frame { Offer = offer });
            if (_pingDue && _offers.Count == 0 && batch.HasRoom)
            {
                batch.Add(new Frame { Ping = new Ping { Number = _pings } });
                _pingDue = false;
            }

            Fill(batch, _offerRefusals, static refusal => new Frame { OfferRefusal = refusal });
            if (_pong is { } pong && _offerRefusals.Count == 0 && batch.HasRoom)
            {
                batch.Add(new Frame { Pong = new Pong { Number = pong } });
                _pong = null;
            }

            while (batch.HasRoom && _threadContexts.TryDequeue(out var context))
            {
                batch.Add(new Frame { ThreadContextEnded = new ThreadContextEnded { ThreadContext = WireId.ToBytes(context) } });
            }

            while (batch.HasRoom && _refusals.TryDequeue(out var refusal))
            {
                batch.Add(new Frame { Exchange = refusal.Exchange, Refused = new Refused { Code = refusal.Code, Reason = refusal.Reason } });
            }

            // Only a full batch leaves something.
            _isDue = !batch.HasRoom;
            _pendingAnswers = _refusals.Count + _offerRefusals.Count;
        }
    }

    private static void Replace<T, TName>(List<T> list, T item, Func<T, TName> nameOf)
    {
        var name = nameOf(item);
        list.RemoveAll(other => EqualityComparer<TName>.Default.Equals(nameOf(other), name));
        list.Add(item);
    }

    private static void Fill<T>(FrameBatch batch, List<T> due, Func<T, Frame> toFrame)
    {
        var written = 0;
        for (; batch.HasRoom && written < due.Count; written++)
        {
            batch.Add(toFrame(due[written]));
        }

        due.RemoveRange(0, written);
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            _isDue = true;
            _pendingAnswers = _refusals.Count + _offerRefusals.Count;
        }

        signal.Set();
    }
}
