namespace Bridge.Protocol.Sessions;

/// <summary>Watches for the peer's hello and then for its signs of life. Safe for concurrent use.</summary>
internal sealed class KeepAlive : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Session _session;
    private readonly SessionOptions _options;
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private Stage _stage = Stage.Hello;
    private long _batches;
    private long _batchesAtPing;
    private long _lastReceived;

    public KeepAlive(Session session, SessionOptions options, TimeProvider time)
    {
        _session = session;
        _options = options;
        _time = time;
    }

    private enum Stage
    {
        Hello,
        Quiet,
        Pinged,
        Stopped,
    }

    public void Start()
    {
        lock (_gate)
        {
            _timer = _time.CreateTimer(static keepAlive => ((KeepAlive)keepAlive!).OnTimer(), this, _options.HelloTime, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Something has come. From the reader.</summary>
    public void Received()
    {
        Interlocked.Increment(ref _batches);
        Volatile.Write(ref _lastReceived, _time.GetTimestamp());
    }

    /// <summary>The peer's hello has come: signs of life are waited for from now on.</summary>
    public void Established()
    {
        lock (_gate)
        {
            if (_stage == Stage.Hello)
            {
                _stage = Stage.Quiet;
                _timer?.Change(_options.KeepAliveInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stage = Stage.Stopped;
            _timer?.Dispose();
        }
    }

    private void OnTimer()
    {
        var ending = Next();
        if (ending is not null)
        {
            _session.TryEnd(ending);
        }
    }

    private SessionEnding? Next()
    {
        lock (_gate)
        {
            switch (_stage)
            {
                case Stage.Hello:
                    return Reached(SessionLimit.HelloTime, SessionEndingKind.NoHello, $"No hello came within {_options.HelloTime}.");
                case Stage.Pinged when Volatile.Read(ref _batches) == _batchesAtPing:
                    return Reached(
                        SessionLimit.KeepAliveTimeout,
                        SessionEndingKind.Unresponsive,
                        $"Nothing came within {_options.KeepAliveTimeout} after a ping.");
                case Stage.Quiet or Stage.Pinged:
                    WaitOrPing();
                    return null;
                default:
                    return null;
            }
        }
    }

    private void WaitOrPing()
    {
        var left = _options.KeepAliveInterval - _time.GetElapsedTime(Volatile.Read(ref _lastReceived));
        if (left > TimeSpan.Zero)
        {
            _stage = Stage.Quiet;
            _timer!.Change(left, Timeout.InfiniteTimeSpan);
            return;
        }

        _stage = Stage.Pinged;
        _batchesAtPing = Volatile.Read(ref _batches);
        _session.Control.Ping();
        _timer!.Change(_options.KeepAliveTimeout, Timeout.InfiniteTimeSpan);
    }

    private SessionEnding Reached(SessionLimit limit, SessionEndingKind kind, string reason)
    {
        _stage = Stage.Stopped;
        _session.Counters.CountReached(limit);
        return new SessionEnding(kind, ByPeer: false, V1.GoodbyeCode.Unresponsive, reason);
    }
}
