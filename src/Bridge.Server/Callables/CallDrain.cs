using Bridge.Server.Metrics;

namespace Bridge.Server.Callables;

/// <summary>
/// Ends the calls of a stopping bridge: nobody new from outside at once; those of instances until these have ended; what then
/// still runs has the rest of the drain limit, and is ended as lost.
/// </summary>
internal sealed class CallDrain(CallRouter router, CallableDirectory directory, CallContext context)
{
    private const string Reason = "The bridge is stopping.";

    private volatile bool _hasBegun;

    /// <summary>Whether calls from outside are refused.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Waits for the calls, and ends them.</summary>
    /// <param name="instances">Ends when no instance is left that could call.</param>
    /// <returns>Whether anything was under way.</returns>
    public async Task<bool> RunAsync(Task instances)
    {
        _hasBegun = true;
        var limits = context.Workers.Limits;
        var began = context.Clock.GetTimestamp();
        await instances.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        router.Close();
        var ended = router.Live.CloseAsync();
        var running = router.Live.Count;
        if (running > 0)
        {
            var rest = limits.DrainTime - context.Clock.GetElapsedTime(began);
            rest = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
            Log.Draining(context.Logger, running, rest.TotalSeconds);
            await EndAsync(ended, rest, limits.CancellationTime);
        }

        directory.Close();
        return running > 0;
    }

    private async Task EndAsync(Task ended, TimeSpan drain, TimeSpan cancellation)
    {
        if (await EndsWithinAsync(ended, drain))
        {
            return;
        }

        context.BridgeMetrics.Reached(Limit.DrainTime);
        foreach (var call in router.Live.Snapshot())
        {
            Log.DrainLimitReached(context.Logger, context.Workers.Limits.DrainTime.TotalSeconds, call.Describe());
            call.Stop(Reason);
        }

        if (!await EndsWithinAsync(ended, cancellation))
        {
            foreach (var call in router.Live.Snapshot())
            {
                Log.LeftBehind(context.Logger, call.Describe());
            }
        }
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan limit)
    {
        if (!ended.IsCompleted && limit > TimeSpan.Zero)
        {
            await ended.WaitAsync(limit, context.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return ended.IsCompleted;
    }
}
