using Asgiref.Core;
using Asgiref.Core.Sync;

namespace Snippets;

public static class CancellationSnippet
{
    public static async Task RunAsync()
    {
        using var source = new CancellationTokenSource();
        Task call = SyncToAsync.Run(                                      // async code that calls sync code that calls async code
            () => AsyncToSync.Run(() => Task.Delay(Timeout.Infinite, AsgiCancellation.Token)),
            cancellationToken: source.Token);
        await source.CancelAsync();                                       // ends the innermost wait, then each layer
        await Task.WhenAny(call);
        Console.WriteLine(call.Status);                                   // → Canceled
    }
}
