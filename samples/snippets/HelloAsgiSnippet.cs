using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace Snippets;

public static class HelloAsgiSnippet
{
    public static async Task Hello(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not HttpScope)
        {
            throw new NotSupportedException($"No {scope.Type} here.");
        }

        await send(new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(("content-type", "text/plain")) });
        await send(new HttpResponseBodyEvent { Body = "Hello!\n"u8.ToArray() });
    }

    public static Task RunAsync() => OneRequest.PrintAsync(Hello); // → 200 Hello!
}
