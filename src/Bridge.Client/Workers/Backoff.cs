namespace Bridge.Client.Workers;

/// <summary>How long one slot waits before it dials again. Not safe for concurrent use.</summary>
internal sealed class Backoff(WorkerReconnection options, Func<double> random)
{
    private TimeSpan _ceiling = options.FirstDelay;

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        var delay = _ceiling * random();
        _ceiling = _ceiling < options.LongestDelay / 2 ? _ceiling * 2 : options.LongestDelay;
        return delay;
    }

    /// <summary>A session is over that had been established for a time.</summary>
    public void Lasted(TimeSpan time)
    {
        if (time >= options.SettledTime)
        {
            _ceiling = options.FirstDelay;
        }
    }
}
