using System.Diagnostics;
using Asgiref.Core.Callables;
using Asgiref.Core.Sync;

namespace CallWorker;

/// <summary>The functions of a process through which calls go on to others: one for each way to run and to wait.</summary>
/// <param name="registry">Gets them.</param>
/// <param name="process">The process's name, before a dot in theirs.</param>
internal sealed class Hops(CallableRegistry registry, string process)
{
    private const int Many = 20;
    private readonly Route _route = new(registry);

    public void Add()
    {
        AddSync("sync", way => _route.Call(way));
        AddSync("pooled", way => _route.Call(way), CallableSettings.Pooled);
        AddSync("stuck", _route.CallWithoutPump);
        AddAsync("async", async way => await _route.CallAsync(way));
        AddAsync("task", way => Task.Run(async () => await _route.CallAsync(way)));
        AddAsync("timeout", way => Task.Run(async () => await _route.CallAsync(way)).WaitAsync(TimeSpan.FromMinutes(5)));
        AddAsync("many", ManyAsync);
        AddAsync("fork", ForkAsync);
        AddAsync("context", InContextAsync);
        AddAsync("loop", BlockLoopAsync);
    }

    /// <summary>Starts with where the code runs.</summary>
    public static Visit Here(string function, string? text = null) => new(
        function,
        Environment.CurrentManagedThreadId,
        text,
        Activity.Current is { } activity ? $"{activity.TraceId}-{activity.ParentSpanId}" : null);

    private void AddSync(string name, Func<string[], Visit[]> next, CallableSettings? settings = null)
    {
        var function = $"{process}.{name}";
        registry.Add<string[], Visit[]>(
            function,
            way =>
            {
                var here = Here(function);
                return way.Length == 0 ? [here] : [here, .. next(way)];
            },
            settings);
    }

    private void AddAsync(string name, Func<string[], Task<Visit[]>> next)
    {
        var function = $"{process}.{name}";
        registry.AddAsync<string[], Visit[]>(function, async way =>
        {
            var here = Here(function);
            return way.Length == 0 ? [here] : [here, .. await next(way)];
        });
    }

    /// <summary>The same way many times at once, each in a task of its own.</summary>
    private async Task<Visit[]> ManyAsync(string[] way)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Task.Run(async () => await _route.CallAsync(way))));
        return [.. all.SelectMany(visits => visits)];
    }

    /// <summary>
    /// The same way at once from two threads that block and from two contexts. The first visit of each branch tells its own
    /// thread; what comes back to this process has to be there.
    /// </summary>
    private async Task<Visit[]> ForkAsync(string[] way)
    {
        var branches = await Task.WhenAll(Blocked(), Blocked(), Contextual(), Contextual());
        return [.. branches.SelectMany(visits => visits)];

        Task<Visit[]> Blocked() => Task.Factory.StartNew(
            () => (Visit[])[Here($"{process}.branch"), .. _route.Call(way)], CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        Task<Visit[]> Contextual() => Task.Run(async () =>
        {
            await using var context = ThreadSensitiveContext.Enter();
            var own = await SyncToAsync.Run(() => Here($"{process}.branch"));
            return (Visit[])[own, .. await _route.CallAsync(way)];
        });
    }

    /// <summary>In a thread-sensitive context of this process's own, if the call has not come with one.</summary>
    private async Task<Visit[]> InContextAsync(string[] way)
    {
        await using var context = ThreadSensitiveContext.Enter();
        var own = await SyncToAsync.Run(() => Here($"{process}.branch"));
        return [own, .. await _route.CallAsync(way)];
    }

    /// <summary>Blocks on the thread of an event loop, which is refused.</summary>
    private async Task<Visit[]> BlockLoopAsync(string[] way)
    {
        await using var loop = EventLoop.Start();
        return await loop.RunAsync(() => Task.FromResult(_route.Call(way)));
    }
}
