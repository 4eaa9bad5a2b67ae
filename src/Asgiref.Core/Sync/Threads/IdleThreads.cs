namespace Asgiref.Core.Sync.Threads;

/// <summary>
/// The threads of a <see cref="DedicatedThreadCache"/> that have no work. The one that came last goes first, so that a quiet
/// time leaves the others to end. Guarded by the cache's lock, apart from the timer.
/// </summary>
internal sealed class IdleThreads : IAsyncDisposable
{
    private readonly List<DedicatedThread> _threads = [];
    private readonly Lock _gate;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private bool _armed;

    public IdleThreads(Lock gate, TimeSpan lifetime, TimeProvider clock)
    {
        _gate = gate;
        _lifetime = lifetime;
        _clock = clock;
        _timer = clock.CreateTimer(static idle => ((IdleThreads)idle!).EndExpired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count => _threads.Count;

    public void Push(DedicatedThread thread)
    {
        _threads.Add(thread);
        thread.IdleSince = _clock.GetTimestamp();
        if (!_armed)
        {
            _armed = true;
            _timer.Change(_lifetime, Timeout.InfiniteTimeSpan);
        }
    }

    public DedicatedThread? Pop()
    {
        if (_threads.Count == 0)
        {
            return null;
        }

        var thread = _threads[^1];
        _threads.RemoveAt(_threads.Count - 1);
        return thread;
    }

    public void EndAll()
    {
        _threads.ForEach(static thread => thread.End());
        _threads.Clear();
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void EndExpired()
    {
        lock (_gate)
        {
            var expired = 0;
            while (expired < _threads.Count && _clock.GetElapsedTime(_threads[expired].IdleSince) >= _lifetime)
            {
                _threads[expired++].End();
            }

            _threads.RemoveRange(0, expired);
            _armed = _threads.Count > 0;
            if (_armed)
            {
                _timer.ChangeTo(_lifetime - _clock.GetElapsedTime(_threads[0].IdleSince));
            }
        }
    }
}
