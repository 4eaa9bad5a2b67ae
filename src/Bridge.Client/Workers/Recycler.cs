namespace Bridge.Client.Workers;

/// <summary>Sees when a worker has served enough, and says so once. Safe for concurrent use.</summary>
internal sealed class Recycler : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly Action<string> _due;
    private readonly long _maxInstances;
    private readonly TimeSpan? _maxAge;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _over;
    private long _instances;

    /// <param name="options">The limits; null: none.</param>
    /// <param name="random">Raises them.</param>
    /// <param name="clock">The clock of the age.</param>
    /// <param name="due">Called with a sentence when a limit is reached; must be quick.</param>
    public Recycler(WorkerRecycling? options, SharedRandom random, TimeProvider clock, Action<string> due)
    {
        _clock = clock;
        _due = due;
        if (options is not null)
        {
            _maxInstances = options.MaxInstances is { } instances ? (long)(instances * Raise(options)) : 0;
            _maxAge = options.MaxAge is { } age ? age * Raise(options) : null;
        }

        double Raise(WorkerRecycling of) => 1 + (of.Jitter * random.Next());
    }

    /// <summary>The age counts from now on.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_maxAge is { } age && !_over)
            {
                _timer = _clock.CreateTimer(
                    static recycler => ((Recycler)recycler!).Elapsed(), this, age, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void InstanceStarted()
    {
        if (_maxInstances > 0 && Interlocked.Increment(ref _instances) == _maxInstances)
        {
            _due($"It has served {_maxInstances} instances.");
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            _timer?.Dispose();
        }
    }

    private void Elapsed() => _due($"It has served for {_maxAge}.");
}
