using Bridge.Server.Metrics;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Http;

/// <summary>
/// Looks about once a second at the requests that are not answered yet, because a timer for each would cost more than
/// the limit is worth. An intrusive list, as every such request passes here twice. Safe for concurrent use.
/// </summary>
internal sealed class ResponseStartSweep : IDisposable
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly BridgeMetrics _metrics;
    private readonly TimeSpan _limit;
    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private ResponseStartWatch? _first;

    public ResponseStartSweep(IOptions<HttpFrontOptions> options, TimeProvider clock, BridgeMetrics metrics)
    {
        _limit = options.Value.ResponseStartTimeout;
        _interval = _limit < LongestInterval ? _limit : LongestInterval;
        _metrics = metrics;
        Clock = clock;
        _timer = clock.CreateTimer(static sweep => ((ResponseStartSweep)sweep!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public TimeProvider Clock { get; }

    /// <summary>Begins to watch; without a limit, does nothing.</summary>
    public void Add(ResponseStartWatch watch)
    {
        if (_limit == TimeSpan.Zero)
        {
            return;
        }

        lock (_gate)
        {
            watch.IsListed = true;
            watch.Next = _first;
            if (_first is null)
            {
                _timer.Change(_interval, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _first.Previous = watch;
            }

            _first = watch;
        }
    }

    /// <summary>Ends the watch; when this has returned, the watch is either timed out or never will be.</summary>
    public void Remove(ResponseStartWatch watch)
    {
        lock (_gate)
        {
            Unlist(watch);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void OnTick()
    {
        var due = new List<ResponseStartWatch>();
        lock (_gate)
        {
            for (var watch = _first; watch is not null;)
            {
                var next = watch.Next;
                if (watch.IsDue(_limit))
                {
                    Unlist(watch);
                    if (watch.TryTimeOut())
                    {
                        due.Add(watch);
                    }
                }

                watch = next;
            }

            if (_first is not null)
            {
                _timer.Change(_interval, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var watch in due)
        {
            _metrics.Reached(Limit.ResponseStartTime);
            _ = watch.AnswerAsync();
        }
    }

    private void Unlist(ResponseStartWatch watch)
    {
        if (!watch.IsListed)
        {
            return;
        }

        watch.IsListed = false;
        if (watch.Previous is { } previous)
        {
            previous.Next = watch.Next;
        }
        else
        {
            _first = watch.Next;
        }

        if (watch.Next is { } next)
        {
            next.Previous = watch.Previous;
        }

        watch.Previous = watch.Next = null;
    }
}
