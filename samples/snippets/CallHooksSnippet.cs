using Asgiref.Core.Sync;

namespace Snippets;

public static class CallHooksSnippet
{
    public static async Task RunAsync()
    {
        var checkedCalls = SyncToAsyncOptions.Default with
        {
            BeforeCall = () => Console.WriteLine("open the connection"),   // on the function's thread
            AfterCall = error => Console.WriteLine($"close it: {error?.Message ?? "all is well"}"),
        };
        Console.WriteLine(await SyncToAsync.Run(() => "rows", checkedCalls));
        // → open the connection
        // → close it: all is well
        // → rows
    }
}
