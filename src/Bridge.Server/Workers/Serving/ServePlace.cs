namespace Bridge.Server.Workers.Serving;

/// <summary>The place of a call of <c>ApplicationService.Serve</c>. Safe for concurrent use.</summary>
internal sealed class ServePlace(string name, ServeSlot slot, WorkerDirectory directory, WorkerContext context)
    : StreamPlace(name, context), IInstancePeer
{
    public Task<PlacedRun> RunAsync(OfferedPlaces place, WorkerInstance instance) => slot.RunAsync(instance);

    /// <summary>Makes the application known; it takes no instance yet.</summary>
    /// <returns>Why it may not be served; null if it may.</returns>
    public string? TryEnter(string application)
    {
        lock (Context.Gate)
        {
            if (directory.TryEnter(application, out var known) is { } refusal)
            {
                Context.Metrics.OfferRefused();
                return refusal;
            }

            Enter(known!);
            return null;
        }
    }
}
