using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace HostedSample;

/// <summary>Greets, and counts its greetings in what its lifespan startup made.</summary>
public static class Greeter
{
    public static AsgiApplication Application { get; } = (scope, receive, send) => scope switch
    {
        LifespanScope lifespan => LiveAsync(lifespan, receive, send),
        HttpScope http => GreetAsync(http, send),
        _ => throw new NotSupportedException($"The greeter does not serve {scope.Type}."),
    };

    private static async Task LiveAsync(LifespanScope scope, AsgiReceive receive, AsgiSend send)
    {
        while (true)
        {
            switch (await receive())
            {
                case LifespanStartupEvent:
                    scope.State!["greetings"] = new Greetings();
                    await send(LifespanStartupCompleteEvent.Instance);
                    break;
                case LifespanShutdownEvent:
                    await send(LifespanShutdownCompleteEvent.Instance);
                    return;
            }
        }
    }

    private static async Task GreetAsync(HttpScope scope, AsgiSend send)
    {
        var number = ((Greetings)scope.State!["greetings"]!).Next();
        await send(new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(("content-type", "text/plain; charset=utf-8")) });
        await send(new HttpResponseBodyEvent { Body = Encoding.UTF8.GetBytes($"Greeting number {number} from {scope.Path}\n") });
    }

    private sealed class Greetings
    {
        private int _count;

        public int Next() => Interlocked.Increment(ref _count);
    }
}
