using Asgiref.Core.Sync;

namespace Snippets;

public static class EventLoopSnippet
{
    public static async Task RunAsync()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            var before = Environment.CurrentManagedThreadId;
            await Task.Yield();
            Console.WriteLine(Environment.CurrentManagedThreadId == before); // → True (awaits come back to the loop's thread)
        });
    }
}
