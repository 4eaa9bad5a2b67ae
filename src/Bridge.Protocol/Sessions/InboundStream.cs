using Google.Protobuf;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// What one exchange receives: joins heads and events, keeps what is not taken, and gathers the credit for what is.
/// Everything happens under the exchange's lock.
/// </summary>
/// <remarks>
/// What is held is bounded by the window, plus the event that is next to be taken while it is being joined: only its
/// parts are credited before it is taken.
/// </remarks>
internal sealed class InboundStream(SessionOptions options, SessionCounters counters, JoinedBudget joinedBudget, int windowBytes, SessionLimit headLimit)
{
    // Made when they are needed: the acceptor of a call receives nothing, and most openers of one wait once.
    private Queue<Received>? _queue;
    private ReceiveWaiter? _waiter;
    private PendingReceive? _pending;
    private PartJoiner? _head;
    private PartJoiner? _event;
    private int _headJoined;
    private int _uncreditedParts;
    private long _window = windowBytes;
    private long _credit;
    private long _held;
    private bool _ended;

    /// <summary>Whether credit is given for what the application takes: not before the exchange is accepted.</summary>
    public bool Credits { get; private set; }

    /// <summary>Whether gathered credit is worth a frame of its own.</summary>
    public bool CreditIsDue => _credit >= windowBytes / 2;

    private int HeadBytes => headLimit == SessionLimit.HeadBytes ? options.HeadBytes : options.EventBytes;

    /// <summary>Whether something waits to be taken.</summary>
    public bool HasWaiting => _queue is { Count: > 0 };

    /// <summary>Charges the window. False when the peer has sent more than it holds.</summary>
    public bool Charge(int length)
    {
        _window -= WindowCharge.Of(length);
        return _window >= 0;
    }

    /// <summary>Adds a part of a head, which is credited at once. True with the head when it is complete.</summary>
    public bool AddHead(ByteString part, bool more, out ReadOnlyMemory<byte> head, out SessionLimit? passed)
    {
        _credit += WindowCharge.Of(part.Length);
        if (_head is null && !more && part.Length <= HeadBytes)
        {
            (head, passed) = (part.Memory, null);
            return true;
        }

        _head ??= new PartJoiner(HeadBytes, headLimit, joinedBudget);
        var complete = _head.Add(part, more, out head, out _headJoined, out passed);
        if (headLimit == SessionLimit.HeadBytes)
        {
            // A scope is small and read at once; the argument of a call may be neither, and counts until it is accepted.
            ReleaseHead();
        }

        return complete;
    }

    /// <summary>Adds a payload of kind event.</summary>
    public void AddEvent(ByteString part, bool more, out SessionLimit? passed)
    {
        var charge = WindowCharge.Of(part.Length);
        var isWhole = !IsJoining && !more && part.Length <= options.EventBytes;
        passed = null;
        if (isWhole && _waiter is { IsActive: true })
        {
            // Taken as it comes, so that it is never held.
            _credit += charge;
            _waiter.Succeed(new Received(ReceivedKind.Event, part.Memory, More: false, charge, Joined: 0));
            return;
        }

        AddHeld(charge);
        _uncreditedParts += charge;
        if (isWhole)
        {
            DeliverEvent(part.Memory, joined: 0);
            return;
        }

        _event ??= new PartJoiner(options.EventBytes, SessionLimit.EventBytes, joinedBudget);
        if (_event.Add(part, more, out var data, out var joined, out passed))
        {
            DeliverEvent(data, joined);
        }
        else
        {
            CreditParts();
        }
    }

    /// <summary>Whether an event has begun and goes on.</summary>
    public bool IsJoining => _event is { IsJoining: true };

    /// <summary>Adds a part of a body.</summary>
    public void AddBody(ByteString part, bool more)
    {
        var charge = WindowCharge.Of(part.Length);
        AddHeld(charge);
        Deliver(new Received(ReceivedKind.Body, part.Memory, more, charge, Joined: 0));
    }

    /// <summary>The application runs, so it has taken the head: what else it takes is credited from now on.</summary>
    public void StartCredit()
    {
        Credits = true;
        ReleaseHead();
        CreditParts();
    }

    /// <summary>Takes what comes next, or waits for it.</summary>
    public ValueTask<Received> Receive()
    {
        if (_waiter is { IsActive: true })
        {
            throw new InvalidOperationException("Another receive of this exchange has not ended. Await each one.");
        }

        if (_queue is not null && _queue.TryDequeue(out var received))
        {
            OnDelivered(received);
            return new ValueTask<Received>(received);
        }

        if (_ended)
        {
            return new ValueTask<Received>(default(Received) with { Kind = ReceivedKind.End });
        }

        _waiter = _pending ??= new PendingReceive();
        return _pending.Start();
    }

    /// <summary>Calls back with what comes first. Before anything has come.</summary>
    public void Receive(ReceiveCallback callback) => _waiter = callback;

    /// <summary>From now on a receive that ends is told of by <see cref="TakeEnded"/>, until <see cref="TakeEnded"/> is called.</summary>
    public void HoldEnds() => _waiter?.HoldEnd();

    /// <summary>The receive that has ended since <see cref="HoldEnds"/>, to be told so outside the exchange's lock; null if none has.</summary>
    public ReceiveWaiter? TakeEnded() => _waiter is { } waiter && waiter.ReleaseEnd() ? waiter : null;

    /// <summary>Lets a wait be given up with the token. Outside the exchange's lock.</summary>
    public void Watch(Exchange exchange, CancellationToken cancellationToken) => _pending!.Watch(exchange, cancellationToken);

    /// <summary>A wait was given up; what comes later is for the next one.</summary>
    public void CancelPending(CancellationToken cancellationToken)
    {
        if (_pending is { IsActive: true })
        {
            _pending.Fail(new OperationCanceledException(cancellationToken));
        }
    }

    /// <summary>A part of a body has been taken.</summary>
    public void Taken(int charge)
    {
        if (!_ended || HasWaiting)
        {
            GiveBack(charge);
        }
    }

    /// <summary>The gathered credit, for the frame that carries it.</summary>
    public int TakeCredit()
    {
        var credit = (int)_credit;
        _window += credit;
        _credit = 0;
        return credit;
    }

    /// <summary>Nothing more comes. What is there can still be taken, unless <paramref name="drop"/>.</summary>
    public void End(bool drop)
    {
        _ended = true;
        ReleaseHead();
        DropJoining();
        if (drop)
        {
            while (_queue is not null && _queue.TryDequeue(out var received))
            {
                joinedBudget.Release(received.Joined);
            }
        }

        if (!HasWaiting)
        {
            AddHeld(-_held);
            if (_waiter is { IsActive: true })
            {
                _waiter.Succeed(default(Received) with { Kind = ReceivedKind.End });
            }
        }
    }

    private void DeliverEvent(ReadOnlyMemory<byte> data, int joined)
    {
        var charge = _uncreditedParts;
        _uncreditedParts = 0;
        Deliver(new Received(ReceivedKind.Event, data, More: false, charge, joined));
    }

    private void Deliver(Received received)
    {
        if (_waiter is { IsActive: true })
        {
            OnDelivered(received);
            _waiter.Succeed(received);
        }
        else
        {
            (_queue ??= new Queue<Received>(1)).Enqueue(received);
        }
    }

    private void OnDelivered(Received received)
    {
        if (received.Kind == ReceivedKind.Event)
        {
            joinedBudget.Release(received.Joined);
            GiveBack(received.Charge);
        }

        CreditParts();
        if (_ended && !HasWaiting)
        {
            AddHeld(-_held);
        }
    }

    // Only while nothing before the event waits to be taken: so at most one event an exchange is held beyond the window.
    private void CreditParts()
    {
        if (_uncreditedParts > 0 && Credits && IsJoining && !HasWaiting)
        {
            GiveBack(_uncreditedParts);
            _uncreditedParts = 0;
        }
    }

    private void ReleaseHead()
    {
        joinedBudget.Release(_headJoined);
        _headJoined = 0;
    }

    private void DropJoining()
    {
        _head?.Drop();
        _event?.Drop();
    }

    private void GiveBack(int charge)
    {
        _credit += charge;
        AddHeld(-charge);
    }

    private void AddHeld(long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        _held += bytes;
        counters.AddHeld(bytes);
    }
}
