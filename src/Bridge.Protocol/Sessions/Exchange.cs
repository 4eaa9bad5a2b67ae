using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// One exchange of a session, from either side: what its user does with it. One send and one receive may run at a time;
/// everything else is safe for concurrent use.
/// </summary>
internal sealed partial class Exchange
{
    private readonly Lock _gate = new();
    private readonly Session _session;
    private readonly KeptPayloads? _kept;
    private readonly OutboundStream _outbound;
    private readonly InboundStream _inbound;
    private IExchangeObserver? _observer;
    private ExchangeEnding? _ending;
    private bool _accepted;
    private bool _expectsEnd;

    internal Exchange(
        Session session, bool isOpener, ulong id, ExchangeTarget target, PeerLimits peer, object? state, IExchangeObserver? observer, ReceiveCallback? callback)
    {
        _session = session;
        _kept = isOpener && target.Call is null ? new KeptPayloads() : null;
        _outbound = new OutboundStream(peer.PayloadBytes, peer.WindowOf(target), _kept);
        _inbound = session.CreateInbound(target);
        PeerEventBytes = peer.EventBytes;
        _observer = observer;
        IsOpener = isOpener;
        Id = id;
        Target = target;
        State = state;
        if (isOpener)
        {
            _inbound.StartCredit();
        }

        if (callback is not null)
        {
            callback.Await(this);
            _inbound.Receive(callback);
        }
    }

    /// <summary>Whether it was opened here; otherwise the peer opened it and this side is the acceptor.</summary>
    public bool IsOpener { get; }

    /// <summary>
    /// Whether what waits for a receive goes on at once, on the thread that reads the session: for calls, whose openers only
    /// pass on what has come.
    /// </summary>
    private bool ReceivesOnReader => IsOpener && Target.Call is not null;

    /// <summary>Its id; 0 for an opener whose <c>open</c> has not been written.</summary>
    public ulong Id { get; private set; }

    /// <summary>What was opened.</summary>
    public ExchangeTarget Target { get; }

    /// <summary>The head: for an instance the serialized scope, for a call its <see cref="CallHead"/>. Complete when <see cref="ISessionHandler.Accept"/> is called.</summary>
    public ReadOnlyMemory<byte> Head { get; private set; }

    /// <summary>What the opener's program keeps with it.</summary>
    public object? State { get; }

    /// <summary>The largest event that the peer takes, in bytes.</summary>
    public int PeerEventBytes { get; }

    /// <summary>Whether application code runs or has run.</summary>
    public bool IsAccepted => Volatile.Read(ref _accepted);

    /// <summary>Why nothing more is sent through it; null as long as it goes on. The first cause, which is the only one.</summary>
    public ExchangeEnding? Ending => Volatile.Read(ref _ending);

    /// <summary>
    /// The acceptor's word that application code is about to run. False when the exchange has ended meanwhile: then no
    /// code may run, and the peer has its answer.
    /// </summary>
    /// <param name="observer">Hears what changes the exchange from now on.</param>
    /// <exception cref="InvalidOperationException">It was opened here.</exception>
    public bool Accept(IExchangeObserver? observer = null)
    {
        if (!TryAccept(observer))
        {
            return false;
        }

        _session.Ready.AddControl(this);
        return true;
    }

    /// <summary>
    /// As <see cref="Accept"/>, for what is often answered at once: the word waits at most
    /// <see cref="Session.AcceptedTime"/>, and is saved if the answer comes before.
    /// </summary>
    public bool AcceptQuietly(IExchangeObserver? observer = null)
    {
        if (!TryAccept(observer))
        {
            return false;
        }

        _session.WakeSoon();
        return true;
    }

    /// <summary>The wait of <see cref="AcceptQuietly"/> is over.</summary>
    internal void SayAccepted()
    {
        if (Volatile.Read(ref _acceptedDue))
        {
            _session.Ready.AddControl(this);
        }
    }

    /// <summary>
    /// The acceptor's wish to hear what changes the exchange although nobody has accepted it yet; at once, if its end has
    /// come already. Once, before <see cref="Accept"/>.
    /// </summary>
    public void Observe(IExchangeObserver observer)
    {
        bool isBroken;
        lock (_gate)
        {
            _observer = observer;
            isBroken = _ending is not null;
        }

        if (isBroken)
        {
            observer.Broken(this);
        }
    }

    /// <summary>The acceptor's word that no application code ran and none will. Does nothing once the exchange has ended.</summary>
    /// <exception cref="InvalidOperationException">It was accepted, or it was opened here.</exception>
    public void Refuse(RefusedCode code, string reason)
    {
        lock (_gate)
        {
            if (_ending is not null)
            {
                return;
            }

            if (IsOpener || _accepted)
            {
                throw new InvalidOperationException("Only an acceptor that has not accepted refuses.");
            }

            RefuseLocked(code, reason);
        }

        _session.Ready.AddControl(this);
    }

    /// <summary>
    /// Sends an event, or a part of a body with its <paramref name="more"/>. Ends at once while the peer's window has
    /// room for it; the memory is the caller's again when the call has ended. Accepts, if the acceptor has not.
    /// </summary>
    /// <exception cref="EventTooLargeException">The peer takes no event of this size. Nothing was sent.</exception>
    /// <exception cref="ExchangeEndedException">The exchange has ended; what of this send is not taken is lost.</exception>
    /// <exception cref="IncompleteSendException">An earlier send was given up half way.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up: if some had gone, nothing can follow it
    /// (<see cref="HasHole"/>), else it is as if nothing had been sent.</exception>
    public ValueTask SendAsync(PayloadKind kind, ReadOnlyMemory<byte> data, bool more, CancellationToken cancellationToken = default) =>
        Send(kind, data, more, owned: false, cancellationToken);

    /// <summary>As <see cref="SendAsync"/>, but without a copy: the memory must stay as it is for ever.</summary>
    public ValueTask SendOwnedAsync(PayloadKind kind, ReadOnlyMemory<byte> data, bool more, CancellationToken cancellationToken = default) =>
        Send(kind, data, more, owned: true, cancellationToken);

    /// <summary>Whether a send was given up when a part of it had gone.</summary>
    public bool HasHole
    {
        get
        {
            lock (_gate)
            {
                return _outbound.HasHole;
            }
        }
    }

    /// <summary>
    /// Takes the next event or part of a body, or the end. An event counts as taken with this call, a part of a body
    /// with <see cref="Taken"/>. A wait that is given up loses nothing. What waits for the answer to a call goes on on the
    /// thread that reads the session: it runs no code of an application, and waits for nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">The acceptor has not accepted, or another receive waits.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Received>(cancellationToken);
        }

        ValueTask<Received> receiving;
        bool credit;
        lock (_gate)
        {
            if (!_inbound.Credits && _ending is null)
            {
                throw new InvalidOperationException("Accept the exchange before receiving from it.");
            }

            receiving = _inbound.Receive();
            credit = CreditIsDue;
        }

        if (credit)
        {
            _session.Ready.AddControl(this);
        }

        if (!receiving.IsCompleted && cancellationToken.CanBeCanceled)
        {
            _inbound.Watch(this, cancellationToken);
        }

        return receiving;
    }

    /// <summary>Says that what has been received of a call was the last: nothing may follow it but the end.</summary>
    public void ExpectEnd()
    {
        lock (_gate)
        {
            _expectsEnd = true;
            if (!_inbound.HasWaiting)
            {
                return;
            }
        }

        Reset(ResetCode.Violation, BehindTheLast);
    }

    /// <summary>Says that a received part of a body has been taken, once for each: its sender may send as much again.</summary>
    public void Taken(in Received received)
    {
        if (received.Kind != ReceivedKind.Body)
        {
            return;
        }

        bool credit;
        lock (_gate)
        {
            _inbound.Taken(received.Charge);
            credit = CreditIsDue;
        }

        if (credit)
        {
            _session.Ready.AddControl(this);
        }
    }

    /// <summary>
    /// Breaks the exchange off. From the opener: its client has gone; <paramref name="disconnect"/> is what the
    /// application shall receive. From the acceptor: only <see cref="End"/> follows. What was not taken is dropped on
    /// both sides; sends fail and receives end. Does nothing to an exchange that has ended but let go what it holds.
    /// </summary>
    public void Reset(ResetCode code, string reason, ReceiveEvent? disconnect = null)
    {
        lock (_gate)
        {
            ResetLocked(code, reason, disconnect);
        }

        _session.Ready.AddControl(this);
    }

    /// <summary>
    /// The acceptor's last word, when the application has returned: what was sent still goes out, then the place is
    /// free. A send that waits fails. Does nothing for an exchange that is over.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was opened here.</exception>
    public void End(EndedKind kind, string reason = "")
    {
        lock (_gate)
        {
            if (IsOpener)
            {
                throw new InvalidOperationException("Only the acceptor ends an exchange; its opener breaks it off.");
            }

            EndLocked(kind, reason);
            if (!_outbound.IsEmpty && _resetDue is null)
            {
                // It goes with the last of the data, or right behind it.
                return;
            }
        }

        _session.Ready.AddControl(this);
    }

    /// <summary>
    /// Sends an event as the acceptor's last, without waiting for room: it goes out as the window has some. A send that waits
    /// fails. Only <see cref="End"/> may follow.
    /// </summary>
    /// <param name="data">The event; the memory must stay as it is for ever.</param>
    /// <returns>False when it cannot be sent: the exchange has ended, or a send was given up half way.</returns>
    /// <exception cref="EventTooLargeException">The peer takes no event of this size. Nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">It was opened here.</exception>
    public bool SendLast(ReadOnlyMemory<byte> data) => SendLast(data, end: null);

    /// <summary>
    /// <see cref="SendLast(ReadOnlyMemory{byte})"/> and <see cref="End"/> in one: when the exchange cannot send any more, it
    /// only ends.
    /// </summary>
    /// <inheritdoc cref="SendLast(ReadOnlyMemory{byte})"/>
    public void EndWith(ReadOnlyMemory<byte> data, EndedKind kind) => SendLast(data, kind);

    /// <summary>
    /// Takes what was sent through an exchange that <see cref="ExchangeEnding.MayGoElsewhere"/>, to send it through
    /// another: the messages of all sends that ended well, in order. A send that failed is not among them.
    /// </summary>
    public IReadOnlyList<RetainedPayload> TakeRetained()
    {
        lock (_gate)
        {
            return _kept?.Take() ?? [];
        }
    }
}
