using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// One end of a session: many exchanges over one stream, by the rules of docs/protocol.md, the same for both peers. It
/// knows neither the transport nor what the exchanges are for. Safe for concurrent use.
/// </summary>
internal sealed partial class Session
{
    /// <summary>How long <c>accepted</c> of a call may wait for the answer, which implies it.</summary>
    internal static readonly TimeSpan AcceptedTime = TimeSpan.FromMilliseconds(100);

    private readonly WriterSignal _signal = new();
    private readonly TaskCompletionSource<Hello> _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SessionEnding> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionRole _role;
    private readonly Hello _hello;
    private readonly IFrameStream _stream;
    private readonly TimeProvider _time;
    private readonly PeerLimits _own;
    private readonly JoinedBudget _joined;
    private readonly ITimer _wakeTimer;
    private SessionEnding? _ending;
    private int _wakesSoon;
    private PeerLimits? _peer;
    private int _started;

    /// <summary>Makes a session that has not begun.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="role">Which end of the stream this is.</param>
    /// <param name="hello">What this side says of itself; revision and limits are filled in.</param>
    /// <param name="stream">The stream, which the session alone uses from now on.</param>
    /// <param name="handler">The program behind the session.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">The clock of all waits.</param>
    /// <param name="counters">What is counted, shared with other sessions or its own.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Session(
        string name,
        SessionRole role,
        Hello hello,
        IFrameStream stream,
        ISessionHandler handler,
        SessionOptions options,
        TimeProvider time,
        SessionCounters? counters = null)
    {
        options.Validate();
        Name = name;
        _role = role;
        _hello = HelloRules.Complete(hello, options);
        _stream = stream;
        _time = time;
        _own = PeerLimits.From(options.ToLimits());
        Options = options;
        Handler = handler;
        Counters = counters ?? new SessionCounters();
        _joined = new JoinedBudget(options.JoinedBytes, Counters);
        Ready = new ReadyQueue(_signal);
        Control = new SessionControl(_signal);
        Table = new ExchangeTable(role);
        KeepAlive = new KeepAlive(this, options, time);
        _wakeTimer = time.CreateTimer(static session => ((Session)session!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The peer's hello, when it has come. Fails with <see cref="SessionEndedException"/> if none does.</summary>
    public Task<Hello> Established => _established.Task;

    /// <summary>Ends, with the cause, as soon as the session has: everything on it has ended by then.</summary>
    public Task<SessionEnding> Ended => _ended.Task;

    /// <summary>The cause, once there is one.</summary>
    public SessionEnding? Ending => Volatile.Read(ref _ending);

    /// <summary>What was counted.</summary>
    public SessionCounters Counters { get; }

    /// <summary>Exchanges that were opened here and are not over.</summary>
    public int OpenedHere => Table.OpenedHere;

    /// <summary>Exchanges that the peer opened and that are not over.</summary>
    public int OpenedByPeer => Table.OpenedByPeer;

    /// <summary>What the peer takes; null before its hello.</summary>
    public PeerLimits? Peer => Volatile.Read(ref _peer);

    internal SessionOptions Options { get; }

    internal ISessionHandler Handler { get; }

    internal ReadyQueue Ready { get; }

    internal SessionControl Control { get; }

    internal ExchangeTable Table { get; }

    internal KeepAlive KeepAlive { get; }

    /// <summary>
    /// Runs the session until it has ended and the stream is done with, at most CloseTime later; that wait is the only
    /// one without the session's loops. Never throws. Once.
    /// </summary>
    /// <param name="cancellationToken">Ends the session at once, without a goodbye.</param>
    public async Task<SessionEnding> RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("A session runs once.");
        }

        using var abort = new CancellationTokenSource();
        using var registration = cancellationToken.UnsafeRegister(
            static session => ((Session)session!).TryEnd(new SessionEnding(
                SessionEndingKind.Cancelled, ByPeer: false, GoodbyeCode.Unspecified, "The session was cancelled.")),
            this);
        Counters.Add(Table);
        KeepAlive.Start();
        var writing = new SessionWriter(this, _stream, _signal).RunAsync(_hello, abort.Token);
        var reading = new SessionReader(this, _stream, _signal).RunAsync(abort.Token);
        var ending = await _ended.Task.ConfigureAwait(false);
        await CloseAsync(ending, Task.WhenAll(writing, reading), abort).ConfigureAwait(false);
        Counters.Remove(Table);
        return ending;
    }

    /// <summary>
    /// Opens an exchange and sends its head. Ends at once; what becomes of it is told by its receives, by
    /// <see cref="Exchange.Ending"/> and by <see cref="ISessionHandler.Over"/>.
    /// </summary>
    /// <param name="target">What to open, an <see cref="InstanceTarget"/> or a <see cref="CallTarget"/>; not changed by the caller any more.</param>
    /// <param name="head">The head; the memory must stay as it is for ever.</param>
    /// <param name="state">What the program keeps with the exchange.</param>
    /// <param name="exchange">The exchange, when it was opened.</param>
    /// <param name="observer">Hears what changes the exchange.</param>
    /// <param name="callback">Is called with what comes first, in place of the first receive; only if the exchange was opened, perhaps before this returns.</param>
    /// <exception cref="ArgumentException">The target breaks a rule: a name has not 1 to 128 characters, an id not 16 bytes.</exception>
    public OpenStatus Open(
        ExchangeTarget target,
        ReadOnlyMemory<byte> head,
        object? state,
        out Exchange? exchange,
        IExchangeObserver? observer = null,
        ReceiveCallback? callback = null)
    {
        exchange = null;
        Check(target);
        if (Ending is not null)
        {
            return OpenStatus.Ended;
        }

        if (Peer is not { } peer)
        {
            return OpenStatus.NotEstablished;
        }

        if (!PeerTakes(target))
        {
            return OpenStatus.Draining;
        }

        if (target.Call is { Path.Count: > CallRules.MaxPath })
        {
            return OpenStatus.TooDeep;
        }

        if (head.Length > peer.HeadLimitOf(target))
        {
            Counters.CountReached(target.Call is null ? SessionLimit.HeadBytes : SessionLimit.EventBytes);
            return OpenStatus.HeadTooLarge;
        }

        if (!Table.TryTakePlace(peer.Exchanges))
        {
            Counters.CountReached(SessionLimit.Exchanges);
            return OpenStatus.Full;
        }

        var opened = new Exchange(this, isOpener: true, id: 0, target, peer, state, observer, callback);
        if (!opened.Start(head))
        {
            Table.ReleasePlace();
            return OpenStatus.Ended;
        }

        exchange = opened;
        return OpenStatus.Opened;
    }

    /// <summary>Ends the session with a goodbye. What is open on it is lost; <see cref="Drain"/> is the orderly way.</summary>
    public void Close(GoodbyeCode code, string reason) => TryEnd(SessionEnding.Goodbye(code, reason));

    private static void Check(ExchangeTarget target)
    {
        if (target.Instance is { } instance)
        {
            CheckName("application", instance.Application);
        }
        else if (CallRules.ProblemOf(target.Call!) is { } problem)
        {
            throw new ArgumentException(problem);
        }
    }
}
