using Bridge.Server.Workers;

namespace Bridge.Server.Callables;

/// <summary>Finds places at workers so that the calls of one thread-sensitive context come to one process. Safe for concurrent use.</summary>
internal sealed class ContextPlaces(CallContext context)
{
    /// <summary>Takes a place at the process of the context, or at any for a call without one; the first call of a context decides.</summary>
    public async Task<WaitOutcome> TakeAsync(PlaceSearch search, WorkerCallable callable, ThreadContext? thread, CancellationToken left)
    {
        if (thread is null)
        {
            return await search.TakeAsync(process: null, left);
        }

        WaitOutcome outcome;
        do
        {
            outcome = await TryTakeAsync(search, callable, thread, left);
        }
        while (outcome == WaitOutcome.Gone);

        return outcome;
    }

    /// <summary>A call of the context has gone to a process.</summary>
    public void Remember(ThreadContext? thread, Guid? process)
    {
        if (thread is not null && process is { } home)
        {
            lock (context.Workers.Gate)
            {
                thread.Add(home);
            }
        }
    }

    /// <summary>The process has refused it.</summary>
    public void Forget(ThreadContext? thread, Guid? process)
    {
        if (thread is not null && process is { } home)
        {
            lock (context.Workers.Gate)
            {
                thread.Remove(home);
            }
        }
    }

    /// <returns>Also that the process of the context has gone meanwhile: then it looks for another, as a first call does.</returns>
    private async Task<WaitOutcome> TryTakeAsync(PlaceSearch search, WorkerCallable callable, ThreadContext thread, CancellationToken left)
    {
        await thread.Search.WaitAsync(left);
        var searches = true;
        try
        {
            if (HomeOf(thread, callable) is { } home)
            {
                // Those that come behind go to the same process, and need not wait for this one's place.
                searches = false;
                thread.Search.Release();
                return await search.TakeAsync(home, left);
            }

            var outcome = await search.TakeAsync(process: null, left);
            Remember(thread, search.Place?.Worker.Process);
            return outcome;
        }
        finally
        {
            if (searches)
            {
                thread.Search.Release();
            }
        }
    }

    private Guid? HomeOf(ThreadContext thread, WorkerCallable callable)
    {
        lock (context.Workers.Gate)
        {
            foreach (var home in thread.Homes)
            {
                if (callable.IsReady(home))
                {
                    return home;
                }
            }

            return null;
        }
    }
}
