using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Client.Workers;

/// <summary>
/// All sessions of a worker: a slot for each that it keeps, and in it, while a bridge drains, older ones that finish what
/// runs. Safe for concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose.")]
internal sealed class WorkerSessions
{
    private readonly Lock _gate = new();
    private readonly WorkerParts _parts;
    private readonly WorkerHost _host;
    private readonly Action<SessionVerdict> _end;
    private readonly IReadOnlyList<SessionSlot> _slots;
    private readonly HashSet<WorkerSession> _sessions = [];
    private readonly CancellationTokenSource _stopDialling = new();
    private Task _running = Task.CompletedTask;
    private OfferState _offer = OfferState.Added;
    private bool _draining;

    /// <param name="parts">What the worker is made of.</param>
    /// <param name="host">The applications.</param>
    /// <param name="end">Called when the worker has to end, because of what became of a session.</param>
    public WorkerSessions(WorkerParts parts, WorkerHost host, Action<SessionVerdict> end)
    {
        _parts = parts;
        _host = host;
        _end = end;
        string[] addresses = [parts.Options.Address];
        var numbers = Enumerable.Range(0, parts.Options.Sessions);
        _parts.Callables.Added = Offer;
        _slots = [.. addresses.SelectMany(address => numbers.Select(number => new SessionSlot(this, parts, address, number)))];
    }

    /// <summary>Begins to dial.</summary>
    public void Start() =>
        _running = Task.WhenAll(_slots.Select(slot => Task.Run(() => slot.RunAsync(_stopDialling.Token), CancellationToken.None)));

    /// <summary>
    /// The applications are up: offers them on every session, now and later. Ends when the bridges of those that are
    /// established have read it.
    /// </summary>
    public async Task OfferReadyAsync()
    {
        List<Task> read = [];
        lock (_gate)
        {
            if (!_draining)
            {
                OfferToAll(OfferState.Ready);
                read.AddRange(_sessions.Where(session => session.IsEstablished).Select(session => session.ConfirmAsync()));
            }
        }

        await Task.WhenAll(read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Takes its offers back on every session and dials no more. What runs may still call, and be called back, until
    /// <see cref="Drain"/>.
    /// </summary>
    public void Withdraw()
    {
        lock (_gate)
        {
            _draining = true;
            OfferToAll(OfferState.Withdrawn);
        }

        _ = _stopDialling.CancelAsync();
    }

    /// <summary>After <see cref="Withdraw"/>: takes nothing new on any session; they end when what runs on them is done.</summary>
    public void Drain(string reason)
    {
        WorkerSession[] sessions;
        lock (_gate)
        {
            sessions = [.. _sessions];
        }

        foreach (var session in sessions)
        {
            session.Drain(reason);
        }
    }

    /// <summary>Waits for the end of all sessions; those that still wait for their peer or an application after CloseTime are closed.</summary>
    public async Task EndAsync()
    {
        var options = _parts.Options;
        await _running.WaitAsync(options.CloseTime, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        WorkerSession[] sessions;
        lock (_gate)
        {
            sessions = [.. _sessions];
        }

        foreach (var session in sessions)
        {
            session.Close("The worker ends.");
        }

        await _running.ConfigureAwait(false);
    }

    /// <summary>Begins a session in a slot; null when the worker drains.</summary>
    public async Task<WorkerSession?> DialAsync(SessionSlot slot)
    {
        var hello = new Hello();
        if (!_parts.Options.ServesNothing)
        {
            hello.Worker = new Worker
            {
                Name = _parts.Options.Name,
                ProcessId = ByteString.CopyFrom(_parts.Options.ProcessId),
                Slot = (uint)slot.Number,
            };
        }

        _parts.Metrics.Dialled();
        var session = new WorkerSession(
            $"{_parts.Options.Name}/{slot.Number} at {slot.Address}",
            hello,
            _parts.Dialer.Dial(slot.Address),
            _host.Find,
            _parts.Callables,
            OfferRefused,
            _parts.Options,
            _parts.Metrics.Sessions);
        lock (_gate)
        {
            if (!_draining)
            {
                OfferTo(session, _offer);
                _sessions.Add(session);
                slot.Newest = session;
                return session;
            }
        }

        await session.AbandonAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>A session is established: calls may go out over it.</summary>
    public void Established(WorkerSession session) => _parts.Calls.Add(session.Engine);

    public void Ended(WorkerSession session)
    {
        _parts.Calls.Remove(session.Engine);
        bool isLast;
        lock (_gate)
        {
            _sessions.Remove(session);
            isLast = _sessions.Count == 0;
        }

        if (isLast)
        {
            _parts.Callables.EndThreadContexts();
        }
    }

    /// <summary>A slot's newest session ended in a way that dialling again does not mend.</summary>
    public void EndWorker(SessionVerdict verdict) => _end(verdict);

    /// <summary>Offers a callable that was registered later, as the others are offered now. A worker that stops offers nothing more.</summary>
    private void Offer(Callable callable)
    {
        lock (_gate)
        {
            if (_draining)
            {
                return;
            }

            foreach (var session in _sessions)
            {
                session.Offer(_parts.Callables.OfferOf(callable, _offer));
            }
        }
    }

    private void OfferToAll(OfferState state)
    {
        _offer = state;
        foreach (var session in _sessions)
        {
            OfferTo(session, state);
        }
    }

    private void OfferTo(WorkerSession session, OfferState state)
    {
        foreach (var application in _host.Applications)
        {
            if (!session.Refused.Contains(application.Name))
            {
                session.Offer(new Offer
                {
                    Application = application.Name,
                    State = state,
                    MaxInstances = (uint)application.MaxInstances,
                });
            }
        }

        foreach (var callable in _parts.Callables.Offered)
        {
            if (!session.RefusedCallables.Contains(callable.Name))
            {
                session.Offer(_parts.Callables.OfferOf(callable, state));
            }
        }
    }

    private void OfferRefused(WorkerSession session, OfferRefusal refusal)
    {
        _parts.Metrics.OfferRefused();
        var isCallable = refusal.Callable.Length > 0;
        var name = isCallable ? refusal.Callable : refusal.Application;
        if (isCallable)
        {
            WorkerLog.CallableRefused(_parts.Logger, name, session.Name, refusal.Reason);
        }
        else
        {
            WorkerLog.OfferRefused(_parts.Logger, name, session.Name, refusal.Reason);
        }

        lock (_gate)
        {
            (isCallable ? session.RefusedCallables : session.Refused).Add(name);
            if (!_slots.All(slot => slot.Newest is { } newest && RefusesAll(newest)))
            {
                return;
            }
        }

        _end(new SessionVerdict(
            $"The bridge takes nothing of what the worker serves; of \"{name}\" it says: {refusal.Reason}",
            WorkerError.OffersRefused));
    }

    private bool RefusesAll(WorkerSession session) =>
        _host.Applications.All(application => session.Refused.Contains(application.Name))
        && _parts.Callables.Offered.All(callable => session.RefusedCallables.Contains(callable.Name));
}
