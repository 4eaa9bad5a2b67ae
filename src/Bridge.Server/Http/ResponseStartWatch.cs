using Bridge.Server.Metrics;

namespace Bridge.Server.Http;

/// <summary>
/// Answers 504 in the place of an application that takes too long to begin its response. Only the application's own
/// turns count: the time since it last got something from the client, unless it waits for the client now.
/// </summary>
internal sealed class ResponseStartWatch(HttpContext context, TimeProvider clock, TimeSpan limit, BridgeMetrics metrics)
{
    private readonly Lock _gate = new();
    private long _turnBegan = clock.GetTimestamp();
    private ITimer? _timer;
    private HttpDriver? _driver;
    private Task? _answer;
    private bool _stopped;

    /// <summary>The application's turn begins anew.</summary>
    public void Touch() => Volatile.Write(ref _turnBegan, clock.GetTimestamp());

    /// <summary>Begins to watch; called only for an application that has not answered at once.</summary>
    public void Start(HttpDriver driver)
    {
        if (limit > TimeSpan.Zero)
        {
            lock (_gate)
            {
                _driver = driver;
                _timer = clock.CreateTimer(static watch => ((ResponseStartWatch)watch!).OnTimer(), this, limit, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>The 504 on its way to the client; null when the response is still the application's or free.</returns>
    public Task? Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _timer?.Dispose();
            return _answer;
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            var left = _driver!.Body.IsWaitingForClient ? limit : limit - clock.GetElapsedTime(Volatile.Read(ref _turnBegan));
            if (left > TimeSpan.Zero)
            {
                _timer!.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            if (!_driver.Response.TryTake())
            {
                return;
            }

            metrics.Reached(Limit.ResponseStartTime);
            _answer = FrontAnswers.WriteAsync(context, StatusCodes.Status504GatewayTimeout, "The application did not answer in time.");
        }

        _driver.Leave();
    }
}
