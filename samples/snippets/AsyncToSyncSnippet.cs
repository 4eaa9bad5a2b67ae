using Asgiref.Core.Sync;

namespace Snippets;

public static class AsyncToSyncSnippet
{
    public static void Run()
    {
        var mine = Environment.CurrentManagedThreadId;
        AsyncToSync.Run(async () =>
        {
            Console.WriteLine(Environment.CurrentManagedThreadId == mine); // → False (async code runs on an event loop)
            var thread = await SyncToAsync.Run(() => Environment.CurrentManagedThreadId);
            Console.WriteLine(thread == mine);                             // → True (sync code inside runs here again)
        });
    }
}
