using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Client.Workers;

/// <summary>One session of a worker with a bridge, from the dialling to the end of its connection.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose; so it may be cancelled at any time.")]
internal sealed class WorkerSession : ISessionHandler
{
    private readonly ISessionLink _link;
    private readonly Session _session;
    private readonly Func<string, IApplication?> _find;
    private readonly WorkerCallables _callables;
    private readonly Action<WorkerSession, OfferRefusal> _offerRefused;
    private readonly BridgeWorkerOptions _options;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<string> _peerDrains = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkerSession(
        string name,
        Hello hello,
        ISessionLink link,
        Func<string, IApplication?> find,
        WorkerCallables callables,
        Action<WorkerSession, OfferRefusal> offerRefused,
        BridgeWorkerOptions options,
        SessionCounters counters)
    {
        _link = link;
        _find = find;
        _callables = callables;
        _offerRefused = offerRefused;
        _options = options;
        _session = new Session(name, SessionRole.Client, hello, link, this, LimitsOf(options), options.TimeProvider, counters);
    }

    public string Name => _session.Name;

    /// <summary>The session itself, for calls that go out.</summary>
    public Session Engine => _session;

    /// <summary>The bridge's hello; fails if none comes.</summary>
    public Task<Hello> Established => _session.Established;

    public bool IsEstablished => _session.Established.IsCompletedSuccessfully;

    /// <summary>Ends, with a sentence, when the bridge says that it opens nothing more on this session.</summary>
    public Task<string> PeerDrains => _peerDrains.Task;

    /// <summary>The applications that the bridge has refused to take on it. Guarded by the worker's sessions.</summary>
    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>The callables that the bridge has refused to take on it. Guarded by the worker's sessions.</summary>
    public HashSet<string> RefusedCallables { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs to the end of the connection. Never throws. Once.</summary>
    public async Task<SessionVerdict> RunAsync()
    {
        try
        {
            var ending = await _session.RunAsync(_cancellation.Token).ConfigureAwait(false);
            // Only a bridge that ended the stream without a word has its word in the status.
            var status = ending.Kind == SessionEndingKind.StreamLost
                ? await _link.StatusAsync(_options.CloseTime, _options.TimeProvider).ConfigureAwait(false)
                : null;
            return SessionVerdict.Of(ending, status);
        }
        catch (Exception error)
        {
            return SessionVerdict.Of(error);
        }
        finally
        {
            await _link.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends when the bridge has read the offers and has said which ones it refuses; fails if the session ends before.</summary>
    public Task ConfirmAsync() => _session.ConfirmAsync();

    public void Offer(Offer offer) => _session.Offer(offer);

    /// <summary>Takes nothing new, and ends when what runs is done. A session that has not come up ends at once.</summary>
    public void Drain(string reason)
    {
        if (IsEstablished)
        {
            _session.Drain(reason);
        }
        else
        {
            _ = _cancellation.CancelAsync();
        }
    }

    /// <summary>Lets go of a session that is not run.</summary>
    public ValueTask AbandonAsync() => _link.DisposeAsync();

    /// <summary>Ends at once; what runs on it is lost.</summary>
    public void Close(string reason) => _session.Close(GoodbyeCode.Done, reason);

    public void Accept(Exchange exchange)
    {
        if (exchange.Target.Call is not null)
        {
            _callables.Accept(exchange);
        }
        else
        {
            _ = InstanceAcceptor.AcceptAsync(exchange, _find);
        }
    }

    public void OfferRefused(OfferRefusal refusal) => _offerRefused(this, refusal);

    void ISessionHandler.PeerDrains(string reason) => _peerDrains.TrySetResult(reason);

    /// <summary>A call's end is for whoever waits for it.</summary>
    public void Over(Exchange exchange)
    {
    }

    public void ThreadContextEnded(Guid context) => _callables.EndThreadContext(context);

    /// <summary>A bridge offers nothing; one that does is newer than this side.</summary>
    public void Offered(Offer offer)
    {
    }

    /// <summary>The drain is ended by the worker's own steps; the session's limit stands behind them.</summary>
    private static SessionOptions LimitsOf(BridgeWorkerOptions options)
    {
        var drain = options.DrainTime + options.GraceTime + options.CancellationTime + options.LifespanShutdownTime
            + options.CancellationTime + options.CloseTime;
        return new SessionOptions
        {
            HelloTime = options.HelloTime,
            Exchanges = options.MaxInstancesPerSession,
            KeepAliveInterval = options.KeepAliveInterval,
            KeepAliveTimeout = options.KeepAliveTimeout,
            DrainTime = drain < HostingLimits.LongestTime ? drain : HostingLimits.LongestTime,
            CloseTime = options.CloseTime,
        };
    }
}
