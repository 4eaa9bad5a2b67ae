using Asgiref.Core;
using Bridge.Client.Workers;

namespace Snippets;

public static class BridgeWorkerSnippet
{
    public static async Task ServeAsync(AsgiApplication application, string bridge, CancellationToken stopping)
    {
        var options = new BridgeWorkerOptions { Address = bridge, Name = "shop-1" };
        options.Applications.Add("shop", application);
        await using var worker = new BridgeWorker(options);
        await worker.RunAsync(stopping);                                  // serves until the token fires, then drains
    }
}
