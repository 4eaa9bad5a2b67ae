using Asgiref.Core;
using Asgiref.Core.Wsgi;
using static Snippets.HelloWsgiSnippet;

namespace Snippets;

public static class WsgiToAsgiSnippet
{
    public static async Task RunAsync()
    {
        await using var adapter = new WsgiToAsgi(Hello, new WsgiOptions { MaxThreads = 64 });
        AsgiApplication application = adapter.Application;                // one like any other

        await OneRequest.PrintAsync(application);                         // → 200 Hello from WSGI!
    }
}
