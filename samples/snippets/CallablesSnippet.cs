using Asgiref.Core.Callables;
using Bridge.Client.Callables;
using Bridge.Client.Workers;

namespace Snippets;

public static class CallablesSnippet
{
    public static async Task<string> GreetAsync(string name, string bridge = "http://localhost:50051")
    {
        await using var caller = await BridgeCaller.ConnectAsync(new BridgeCallerOptions { Address = bridge });
        var greet = caller.Callables.SyncToAsync<string, string>("greet");
        return await greet.InvokeAsync(name);                             // a sync function, wherever it lives
    }

    public static async Task ServeFunctionsAsync(string bridge, CancellationToken stopping)
    {
        var functions = new CallableRegistry().Add<string, int>("length", text => text.Length);
        await using var worker = new BridgeWorker(new BridgeWorkerOptions { Address = bridge, Name = "functions-1", Callables = functions });
        await worker.RunAsync(stopping);
    }
}
