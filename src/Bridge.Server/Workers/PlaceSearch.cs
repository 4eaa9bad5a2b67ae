using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>One instance's, or call's, search for a place: waits for all its turns together, and workers that refuse, are limited.</summary>
internal sealed class PlaceSearch(PlacePool pool)
{
    private readonly WorkerContext _context = pool.Context;
    private long? _waitingSince;
    private int _refusals;
    private bool _hadTurn;

    /// <summary>The place that it has, or had last.</summary>
    public OfferedPlaces? Place { get; private set; }

    /// <summary>Takes a place; after a refusal, or when the process has gone, the next one before everybody that waits.</summary>
    /// <param name="process">The process whose place it must be; null for any.</param>
    /// <param name="left">Fires when the place is not wanted any more.</param>
    public async ValueTask<WaitOutcome> TakeAsync(Guid? process, CancellationToken left)
    {
        var outcome = pool.Enter(_hadTurn, process, out var place, out var wait);
        _hadTurn = true;
        Place = place;
        if (wait is null)
        {
            return outcome;
        }

        using (wait)
        {
            _waitingSince ??= _context.Clock.GetTimestamp();
            var rest = _context.Options.QueueTime - _context.Clock.GetElapsedTime(_waitingSince.Value);
            outcome = await wait.RunAsync(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, left);
            Place = wait.Place;
            return outcome;
        }
    }

    /// <summary>Whether another worker may be asked; once for each that has refused.</summary>
    public bool MayRepeat()
    {
        if (++_refusals < _context.Options.Attempts)
        {
            return true;
        }

        _context.BridgeMetrics.Reached(Limit.WorkerAttempts);
        return false;
    }
}
