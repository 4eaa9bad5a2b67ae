using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Server;

/// <summary>
/// A place for each instance whose application has not ended, so that what leaves slowly is bounded as well as what is
/// active. Safe for concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore without wait handle has nothing to dispose.")]
internal sealed class InstancePlaces(StatelessServerOptions options)
{
    private readonly SemaphoreSlim _free =
        new((int)Math.Min(int.MaxValue, (long)options.MaxApplications + options.MaxLeavingApplications));

    /// <summary>Takes a place, waiting for one as long as a leaving instance may take to end.</summary>
    /// <exception cref="TimeoutException">None became free although the patience with every leaving instance is over.</exception>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        if (_free.Wait(0, CancellationToken.None))
        {
            return;
        }

        // Whatever leaves now has ended by then, unless its application ignores everything.
        using var patience = new CancellationTokenSource(options.Patience, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await _free.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"No place for another instance: {options.MaxLeavingApplications} applications "
                + $"(MaxLeavingApplications) have not ended {options.Patience} after their disconnect event.");
        }
    }

    public void Free() => _free.Release();
}
