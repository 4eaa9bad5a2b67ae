using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;
using SharedDependency;

namespace HostedApplication;

/// <summary>Every right and wrong way to name a member of a hosted assembly.</summary>
public static class Applications
{
    public static readonly WsgiApplication Wsgi = (_, startResponse) =>
    {
        startResponse("200 OK", []);
        return [Encoding.UTF8.GetBytes(Dependency.Version)];
    };

    public static AsgiApplication Asgi { get; } = RunAsync;

    public static string Text => "not an application";

    public static AsgiApplication? Nothing => null;

    public static AsgiApplication Raising => throw new InvalidOperationException("no database");

    public static async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not HttpScope)
        {
            throw new NotSupportedException(scope.Type);
        }

        await send(new HttpResponseStartEvent { Status = 200 });
        await send(new HttpResponseBodyEvent { Body = Encoding.UTF8.GetBytes(Dependency.Version) });
    }

    public static Task OfAnotherShape(AsgiScope scope) => Task.FromException(new NotSupportedException(scope?.Type));
}
