using Bridge.Server.Workers;

namespace Bridge.Server.Callables;

/// <summary>Where calls run.</summary>
internal interface ICallPeer : IWorkerPeer
{
    /// <summary>
    /// Runs a call, and sees to it that its place becomes free. Never throws for what the worker or the function does.
    /// </summary>
    /// <param name="place">The place that it has taken here; null for one that comes back to a process that waits for it.</param>
    /// <param name="call">The call.</param>
    ValueTask<CallEnding> RunAsync(OfferedPlaces? place, RoutedCall call);
}
