using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>
/// Ends the instances on workers of a stopping bridge, by the rules for those of its own process: nobody new; WebSockets at
/// once; everything else when it is done or the drain limit is over.
/// </summary>
internal sealed class WorkerDrain(WorkerDirectory directory, WorkerContext context)
{
    private const string Reason = "The bridge is stopping.";

    /// <returns>Whether anything was running.</returns>
    public async Task<bool> RunAsync()
    {
        var ended = directory.CloseAsync();
        var running = directory.Live.Snapshot();
        if (running.Count > 0)
        {
            Log.Draining(context.Logger, running.Count, context.Limits.DrainTime.TotalSeconds);
        }

        foreach (var instance in running.Where(instance => instance.Scope is WebSocketScope))
        {
            instance.Stop(Reason);
        }

        if (!await EndsWithinAsync(ended, context.Limits.DrainTime))
        {
            context.BridgeMetrics.Reached(Limit.DrainTime);
            foreach (var instance in directory.Live.Snapshot())
            {
                Log.DrainLimitReached(context.Logger, context.Limits.DrainTime.TotalSeconds, instance.Describe());
                instance.Stop(Reason);
            }

            if (!await EndsWithinAsync(ended, context.Limits.CancellationTime))
            {
                foreach (var instance in directory.Live.Snapshot())
                {
                    Log.LeftBehind(context.Logger, instance.Describe());
                }
            }
        }

        return running.Count > 0;
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan limit)
    {
        await ended.WaitAsync(limit, context.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ended.IsCompleted;
    }
}
