using Asgiref.Core.Sync;

namespace Snippets;

public static class ThreadSensitiveContextSnippet
{
    public static async Task RunAsync()
    {
        var shared = await SyncToAsync.Run(() => Environment.CurrentManagedThreadId);
        await using (ThreadSensitiveContext.Enter())                      // one per request, for example
        {
            var first = await SyncToAsync.Run(() => Environment.CurrentManagedThreadId);
            var second = await SyncToAsync.Run(() => Environment.CurrentManagedThreadId);
            Console.WriteLine($"{first == second}, {first == shared}");   // → True, False
        }
    }
}
