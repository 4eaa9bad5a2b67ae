using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>The one place of a call of <c>Serve</c>, as the workers' directory sees it. Safe for concurrent use.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The offered application has a timer only where workers refuse, and none does here.")]
internal sealed class ServePlace(string name, ServeSlot slot, WorkerDirectory directory, WorkerContext context) : IWorkerPeer
{
    private OfferedApplication? _offered;
    private bool _open;
    private bool _ready;

    public string Name => name;

    public int Running { get; set; }

    public int Capacity => 1;

    public bool IsFree => _open && _ready && Running == 0;

    public double Load => Running;

    /// <summary>Whether no instance has the place.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (context.Gate)
            {
                return Running == 0;
            }
        }
    }

    public void DispatchOthers(WorkerApplication than)
    {
        // It has one application.
    }

    public Task<PlacedRun> RunAsync(OfferedApplication place, WorkerInstance instance) => slot.RunAsync(instance);

    /// <summary>Makes the application known; it takes no instance yet.</summary>
    /// <returns>Why it may not be served; null if it may.</returns>
    public string? TryEnter(string application)
    {
        lock (context.Gate)
        {
            if (directory.TryEnter(application, out var known) is { } refusal)
            {
                context.Metrics.OfferRefused();
                return refusal;
            }

            _offered = new OfferedApplication(known!, this) { Places = 1, State = OfferState.Added };
            known!.Offers++;
            directory.OnServed(known);
            return null;
        }
    }

    /// <summary>The application has started: from now on it takes an instance whenever it is ready.</summary>
    public void Open()
    {
        lock (context.Gate)
        {
            _open = true;
            Dispatch();
        }
    }

    /// <summary>The worker takes one instance.</summary>
    /// <returns>False: it has said so before, and nothing has finished since.</returns>
    public bool TryReady()
    {
        lock (context.Gate)
        {
            if (_ready)
            {
                return false;
            }

            _ready = true;
            Dispatch();
            return true;
        }
    }

    /// <summary>The instance that had the place is over.</summary>
    /// <param name="wasStarted">Whether the worker had it; else it is ready as before.</param>
    public void Release(bool wasStarted)
    {
        lock (context.Gate)
        {
            _ready &= !wasStarted;
            _offered!.Application.Free(_offered, wasRefused: false);
        }
    }

    /// <summary>It takes no more instances.</summary>
    public void Withdraw()
    {
        lock (context.Gate)
        {
            if (_offered is { State: not OfferState.Withdrawn } offered)
            {
                offered.State = OfferState.Withdrawn;
                offered.Application.RemoveReady(offered);
                offered.Application.Offers--;
                directory.OnLeft(offered.Application);
            }
        }
    }

    private void Dispatch()
    {
        if (_open && _ready && _offered!.State != OfferState.Withdrawn)
        {
            _offered.State = OfferState.Ready;
            _offered.Application.AddReady(_offered);
        }
    }
}
