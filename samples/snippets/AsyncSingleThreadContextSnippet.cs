using Asgiref.Core.Sync;

namespace Snippets;

public static class AsyncSingleThreadContextSnippet
{
    public static void Run()
    {
        using (AsyncSingleThreadContext.Enter())
        {
            var first = AsyncToSync.Run(() => Task.FromResult(EventLoop.Current));
            var second = AsyncToSync.Run(() => Task.FromResult(EventLoop.Current));
            Console.WriteLine(first == second);                           // → True (what the first opens, the second can use)
        }
    }
}
