using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>
/// An application that workers serve: each instance gets a place on the worker with the least load, or waits for one.
/// Safe for concurrent use; what says so is for callers that hold the lock of <see cref="WorkerContext"/>.
/// </summary>
internal sealed class WorkerApplication : IApplication
{
    private readonly WorkerDirectory _directory;
    private readonly WorkerContext _context;
    private readonly List<OfferedApplication> _ready = [];
    private readonly WaitingLine _line = new();
    private int _cursor;

    public WorkerApplication(string name, WorkerDirectory directory, WorkerContext context)
    {
        Name = name;
        _directory = directory;
        _context = context;
        Mount = new MountedApplication(this, "/" + name);
    }

    public string Name { get; }

    public WorkerContext Context => _context;

    /// <summary>Where it is if no route says otherwise.</summary>
    public MountedApplication Mount { get; }

    /// <summary>Workers that have it, ready or starting. Under the lock.</summary>
    public int Offers { get; set; }

    /// <summary>Workers that take instances of it. Under the lock.</summary>
    public int ReadyWorkers => _ready.Count;

    /// <summary>Instances on workers. Under the lock.</summary>
    public int Running { get; private set; }

    /// <summary>Instances that wait. Under the lock.</summary>
    public int Waiting => _line.Count;

    public Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver) =>
        new WorkerInstance(this, _directory.Live, scope, driver).RunAsync();

    /// <summary>Takes the best place there is at this moment.</summary>
    /// <param name="ahead">Whether it goes before those that wait.</param>
    /// <param name="place">The place, if there is one.</param>
    /// <param name="wait">What to wait with, if there is none: it stands in the line.</param>
    public WaitOutcome Enter(bool ahead, out OfferedApplication? place, out PlaceWait? wait)
    {
        place = null;
        wait = null;
        lock (_context.Gate)
        {
            if (_directory.IsClosed)
            {
                return WaitOutcome.Closed;
            }

            if ((ahead || _line.Count == 0) && FindPlace() is { } free)
            {
                Take(free);
                place = free;
                return WaitOutcome.Given;
            }

            if (_line.Count >= _context.Options.QueueLength)
            {
                _context.BridgeMetrics.Reached(Limit.WorkerQueueLength);
                return WaitOutcome.LineIsFull;
            }

            wait = new PlaceWait(this);
            _line.Add(wait, ahead);
            return WaitOutcome.Given;
        }
    }

    public bool TryLeaveLine(PlaceWait wait)
    {
        lock (_context.Gate)
        {
            return _line.Remove(wait);
        }
    }

    /// <summary>A place has become free. Under the lock.</summary>
    public void Free(OfferedApplication place, bool wasRefused)
    {
        Running--;
        var wasFull = place.Free(wasRefused ? _context : null);
        Dispatch();
        if (wasFull)
        {
            place.Worker.DispatchOthers(this);
        }
    }

    /// <summary>Gives free places to those that wait. Under the lock.</summary>
    public void Dispatch()
    {
        while (_line.First is { } first && FindPlace() is { } place)
        {
            _line.Remove(first);
            Take(place);
            first.End(WaitOutcome.Given, place);
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

    /// <summary>A worker takes instances from now on, or other numbers of them. Under the lock.</summary>
    public void AddReady(OfferedApplication place)
    {
        if (!_ready.Contains(place))
        {
            _ready.Add(place);
        }

        Dispatch();
    }

    /// <summary>A worker takes no more. Under the lock.</summary>
    public void RemoveReady(OfferedApplication place) => _ready.Remove(place);

    private void Take(OfferedApplication place)
    {
        Running++;
        place.Take();
    }

    /// <summary>The free place with the least load; of several the one whose turn it is.</summary>
    private OfferedApplication? FindPlace()
    {
        OfferedApplication? best = null;
        var bestLoad = double.PositiveInfinity;
        var next = 0;
        for (var index = 0; index < _ready.Count; index++)
        {
            var at = (_cursor + index) % _ready.Count;
            var place = _ready[at];
            if (place.IsFree && place.Load is var load && load < bestLoad)
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
