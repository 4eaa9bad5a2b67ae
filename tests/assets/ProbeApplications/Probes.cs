using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace ProbeApplications;

/// <summary>One application per method.</summary>
public static class Probes
{
    /// <summary>Raises when it is called.</summary>
    public static Task RaiseBeforeStart(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        HttpOnly(scope);
        throw new InvalidOperationException("Raised before the start, as asked.");
    }

    /// <summary>Raises when a part of its response is out.</summary>
    public static async Task RaiseAfterStart(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        HttpOnly(scope);
        await send(Head());
        await send(Part("begun", more: true));
        throw new InvalidOperationException("Raised after the start, as asked.");
    }

    /// <summary>Answers "waiting", then waits for the disconnect and records the event under the request's path.</summary>
    public static async Task WaitForDisconnect(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        var http = HttpOnly(scope);
        await send(Head());
        await send(Part("waiting", more: true));
        var received = await receive();
        while (received is HttpRequestEvent)
        {
            received = await receive();
        }

        Record.Of(http.Path).Add(received.Type);
    }

    /// <summary>Answers with what was recorded under the request's path, waiting for it for a limited time.</summary>
    public static async Task Records(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        var record = await Record.Of(HttpOnly(scope).Path).ReadAsync();
        await send(Head());
        await send(Part(record, more: false));
    }

    private static HttpScope HttpOnly(AsgiScope scope) =>
        scope as HttpScope ?? throw new NotSupportedException($"No {scope.Type} here.");

    private static HttpResponseStartEvent Head() => new() { Status = 200, Headers = AsgiHeaders.Of(("content-type", "text/plain")) };

    private static HttpResponseBodyEvent Part(string text, bool more) => new() { Body = Encoding.UTF8.GetBytes(text), MoreBody = more };
}
