using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>
/// The places of one application, or callable, at all its workers: whoever comes gets one on the worker with the least load,
/// or waits for one. Safe for concurrent use; what says so is for callers that hold the lock of <see cref="WorkerContext"/>.
/// </summary>
internal abstract class PlacePool(string name, IPoolOwner owner, WorkerContext context)
{
    private readonly List<OfferedPlaces> _ready = [];
    private readonly WaitingLine _line = new();
    private int _cursor;

    public string Name => name;

    /// <summary>What it is, as the first word of a sentence.</summary>
    public abstract string Noun { get; }

    public IPoolOwner Owner => owner;

    public WorkerContext Context => context;

    /// <summary>Workers that have it, ready or starting. Under the lock.</summary>
    public int Offers { get; set; }

    /// <summary>Workers that take some of it. Under the lock.</summary>
    public int ReadyWorkers => _ready.Count;

    /// <summary>Places that are taken. Under the lock.</summary>
    public int Running { get; private set; }

    /// <summary>How many wait. Under the lock.</summary>
    public int Waiting => _line.Count;

    /// <summary>What is going on. Under the lock.</summary>
    public WorkerFigures Figures => new(Name, ReadyWorkers, Running, Waiting);

    /// <summary>Takes the best place there is at this moment.</summary>
    /// <param name="ahead">Whether it goes before those that wait.</param>
    /// <param name="process">The process whose place it must be; null for any.</param>
    /// <param name="place">The place, if there is one.</param>
    /// <param name="wait">What to wait with, if there is none: it stands in the line.</param>
    public WaitOutcome Enter(bool ahead, Guid? process, out OfferedPlaces? place, out PlaceWait? wait)
    {
        place = null;
        wait = null;
        lock (context.Gate)
        {
            if (owner.IsClosed)
            {
                return WaitOutcome.Closed;
            }

            if (process is not null && !IsReady(process))
            {
                return WaitOutcome.Gone;
            }

            if ((ahead || !_line.HasUnbound) && FindPlace(process) is { } free)
            {
                Take(free);
                place = free;
                return WaitOutcome.Given;
            }

            if (_line.Count >= context.Options.QueueLength)
            {
                context.BridgeMetrics.Reached(Limit.WorkerQueueLength);
                return WaitOutcome.LineIsFull;
            }

            wait = new PlaceWait(this, process);
            _line.Add(wait, ahead);
            return WaitOutcome.Given;
        }
    }

    public bool TryLeaveLine(PlaceWait wait)
    {
        lock (context.Gate)
        {
            return _line.Remove(wait);
        }
    }

    /// <summary>A place has become free. Under the lock.</summary>
    public void Free(OfferedPlaces place, bool wasRefused)
    {
        Running--;
        var wasFull = place.Free(wasRefused ? context : null);
        Dispatch();
        if (wasFull)
        {
            place.Worker.DispatchOthers(this);
        }
    }

    /// <summary>Gives free places to those that wait. Under the lock.</summary>
    public void Dispatch()
    {
        for (var wait = _line.First; wait is not null;)
        {
            var next = wait.Node.Next?.Value;
            if (FindPlace(wait.Process) is { } place)
            {
                _line.Remove(wait);
                Take(place);
                wait.End(WaitOutcome.Given, place);
            }
            else if (wait.Process is null)
            {
                return;
            }

            wait = next;
        }
    }

    /// <summary>Ends all waits. Under the lock.</summary>
    public void EndWaits(WaitOutcome outcome)
    {
        while (_line.First is { } first)
        {
            _line.Remove(first);
            first.End(outcome);
        }
    }

    /// <summary>A worker takes some from now on, or other numbers. Under the lock.</summary>
    public void AddReady(OfferedPlaces place)
    {
        if (!_ready.Contains(place))
        {
            _ready.Add(place);
        }

        Dispatch();
    }

    /// <summary>A worker takes no more. Under the lock.</summary>
    public void RemoveReady(OfferedPlaces place)
    {
        if (_ready.Remove(place) && place.Worker.Process is { } process && !IsReady(process))
        {
            foreach (var wait in _line.Of(process))
            {
                _line.Remove(wait);
                wait.End(WaitOutcome.Gone);
            }
        }
    }

    /// <summary>Whether a process takes some of it. Under the lock.</summary>
    public bool IsReady(Guid? process) => process is not null && _ready.Exists(place => place.Worker.Process == process);

    private void Take(OfferedPlaces place)
    {
        Running++;
        place.Take();
    }

    /// <summary>The free place with the least load; of several the one whose turn it is.</summary>
    private OfferedPlaces? FindPlace(Guid? process)
    {
        OfferedPlaces? best = null;
        var bestLoad = double.PositiveInfinity;
        var next = 0;
        for (var index = 0; index < _ready.Count; index++)
        {
            var at = (_cursor + index) % _ready.Count;
            var place = _ready[at];
            if ((process is null || place.Worker.Process == process) && place.IsFree && place.Load is var load && load < bestLoad)
            {
                (best, bestLoad, next) = (place, load, at + 1);
                if (load == 0)
                {
                    break;
                }
            }
        }

        if (best is not null)
        {
            _cursor = next;
        }

        return best;
    }
}
