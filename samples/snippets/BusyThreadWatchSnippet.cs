using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Diagnostics;

namespace Snippets;

public static class BusyThreadWatchSnippet
{
    public static async Task RunAsync()
    {
        using var watch = new BusyThreadWatch(new BusyThreadWatchOptions { Limit = TimeSpan.FromMilliseconds(50) });
        using var seen = new ManualResetEventSlim();
        watch.ThreadBusy += (_, busy) => { Console.WriteLine($"{busy.Waiting} waits"); seen.Set(); };
        var slow = SyncToAsync.Run(() => seen.Wait(TimeSpan.FromSeconds(30)));
        await SyncToAsync.Run(() => { });                                 // waits for the same thread
        await slow;                                                       // → 1 waits
    }
}
