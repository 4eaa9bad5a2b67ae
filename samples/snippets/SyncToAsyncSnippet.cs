using Asgiref.Core.Sync;

namespace Snippets;

public static class SyncToAsyncSnippet
{
    public static async Task RunAsync()
    {
        var answer = await SyncToAsync.Run(() => 6 * 7);                  // any function that blocks
        Console.WriteLine(answer);                                        // → 42

        var length = SyncToAsync.Wrap<string, int>(text => text.Length, SyncToAsyncOptions.Pooled);
        Console.WriteLine(await length.InvokeAsync("asgiref"));           // → 7
    }
}
