using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>
/// Ends the running instances of a stopping bridge (GAP-21): nobody new; WebSockets at once, since they have no end of
/// their own; everything else when it is done or the drain limit is over; always within a bounded time (ASK-01 to -06).
/// </summary>
internal sealed class Drain(ApplicationDirectory directory, BridgeLimits limits, BridgeHostingContext context)
{
    private const string Reason = "The bridge is stopping.";

    /// <returns>Whether anything was running.</returns>
    public async Task<bool> RunAsync()
    {
        var ended = Task.WhenAll(directory.Applications.Select(application => application.CloseAsync()));
        var running = Live();
        Log.Draining(context.Logger, running.Count, limits.DrainTime.TotalSeconds);
        foreach (var instance in running.Where(instance => instance.Scope is WebSocketScope))
        {
            instance.Stop(Reason);
        }

        if (!await EndsWithin(ended, limits.DrainTime))
        {
            context.Metrics.Reached(Limit.DrainTime);
            foreach (var instance in Live())
            {
                Log.DrainLimitReached(context.Logger, limits.DrainTime.TotalSeconds, instance.Describe());
                instance.Stop(Reason);
            }

            if (!await EndsWithin(ended, limits.GraceTime + limits.CancellationTime))
            {
                foreach (var instance in Live())
                {
                    Log.LeftBehind(context.Logger, instance.Describe());
                }

                return true;
            }
        }

        Log.Drained(context.Logger);
        return running.Count > 0;
    }

    private List<InProcessInstance> Live() => [.. directory.Applications.SelectMany(application => application.LiveInstances())];

    private async Task<bool> EndsWithin(Task ended, TimeSpan limit)
    {
        try
        {
            await ended.WaitAsync(limit, context.Clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
