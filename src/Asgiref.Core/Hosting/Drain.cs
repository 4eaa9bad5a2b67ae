using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>
/// Ends the running instances of a stopping host (GAP-21): nobody new; WebSockets at once, since they have no end of
/// their own; everything else when it is done or the drain limit is over; always within a bounded time (ASK-01 to -06).
/// </summary>
/// <param name="applications">Whose instances.</param>
/// <param name="context">The host's limits, clock and ear.</param>
/// <param name="reason">What the ending of an instance that did not end by itself says.</param>
internal sealed class Drain(IReadOnlyList<InProcessApplication> applications, HostingContext context, string reason)
{
    /// <param name="hurry">Ends the wait for instances that still run, as the end of the drain limit does.</param>
    /// <returns>Whether anything was running.</returns>
    public async Task<bool> RunAsync(CancellationToken hurry = default)
    {
        var limits = context.Limits;
        var ended = Task.WhenAll(applications.Select(application => application.CloseAsync()));
        var running = Live();
        context.Draining(running.Count);
        foreach (var instance in running.Where(instance => instance.Scope is WebSocketScope))
        {
            instance.Stop(reason);
        }

        if (!await EndsWithinAsync(ended, limits.DrainTime, hurry).ConfigureAwait(false))
        {
            if (!hurry.IsCancellationRequested)
            {
                context.Reached(HostingLimit.DrainTime);
            }

            foreach (var instance in Live())
            {
                context.DrainCutShort(instance.Describe(), hurry.IsCancellationRequested);
                instance.Stop(reason);
            }

            if (!await EndsWithinAsync(ended, limits.GraceTime + limits.CancellationTime, CancellationToken.None).ConfigureAwait(false))
            {
                foreach (var instance in Live())
                {
                    context.LeftBehind(instance.Describe());
                }

                return true;
            }
        }

        context.Drained();
        return running.Count > 0;
    }

    private List<InProcessInstance> Live() => [.. applications.SelectMany(application => application.LiveInstances())];

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan limit, CancellationToken hurry)
    {
        await ended.WaitAsync(limit, context.Clock, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ended.IsCompleted;
    }
}
