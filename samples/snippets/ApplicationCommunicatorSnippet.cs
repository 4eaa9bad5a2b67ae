using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Testing;
using static Snippets.HelloAsgiSnippet;

namespace Snippets;

public static class ApplicationCommunicatorSnippet
{
    public static async Task RunAsync()
    {
        var patience = TimeSpan.FromSeconds(30);                          // 1 s if not given
        var scope = new HttpScope { HttpVersion = "1.1", Method = "GET", Path = "/" };
        await using var client = new ApplicationCommunicator(Hello, scope);
        await client.SendInputAsync(new HttpRequestEvent());
        var start = (HttpResponseStartEvent)await client.ReceiveOutputAsync(patience);
        Console.WriteLine(start.Status);                                  // → 200
        await client.ReceiveOutputAsync(patience);                        // the body
        await client.WaitAsync(patience);                                 // raises what the application raised
    }
}
