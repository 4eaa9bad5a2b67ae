namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>Brings together the executors and the <see cref="BusyThreadWatch"/>es of the process. Safe for concurrent use.</summary>
internal static class BusyThreads
{
    private static readonly Lock Gate = new();
    private static BusyThreadWatch[] Watches = [];
    private static int Changes;

    /// <summary>Another number for another set of watches; zero as long as there never was one.</summary>
    public static int Generation => Volatile.Read(ref Changes);

    public static void Add(BusyThreadWatch watch) => Change(watches => [.. watches, watch]);

    public static void Remove(BusyThreadWatch watch) => Change(watches => [.. watches.Where(other => other != watch)]);

    /// <summary>Called under the executor's lock when a call waits behind another.</summary>
    /// <param name="thread">The executor.</param>
    /// <param name="turn">The turn of the call that has the thread.</param>
    public static void Notice(IBusyThread thread, int turn)
    {
        foreach (var watch in Volatile.Read(ref Watches))
        {
            watch.Notice(thread, turn);
        }
    }

    /// <summary>Called when the executor has ended.</summary>
    public static void Forget(IBusyThread thread)
    {
        foreach (var watch in Volatile.Read(ref Watches))
        {
            watch.Forget(thread);
        }
    }

    private static void Change(Func<BusyThreadWatch[], BusyThreadWatch[]> change)
    {
        lock (Gate)
        {
            Watches = change(Watches);
            Interlocked.Increment(ref Changes);
        }
    }
}
