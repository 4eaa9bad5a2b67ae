using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Samples;

/// <summary>One page of text at its mount point: what is hosted and what to try.</summary>
/// <param name="overview">Makes the page: workers come and go.</param>
internal sealed class WelcomeApplication(Func<string> overview)
{
    public async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not HttpScope http)
        {
            throw new NotSupportedException($"The welcome page is HTTP, not {scope.Type}.");
        }

        var root = http.RootPathOrDefault;
        var found = http.Path.StartsWith(root, StringComparison.Ordinal) && http.Path.AsSpan(root.Length) is "" or "/";
        var body = found ? Encoding.UTF8.GetBytes(overview()) : "Nothing is here; GET / says what is hosted.\n"u8.ToArray();
        await send(new HttpResponseStartEvent
        {
            Status = found ? 200 : 404,
            Headers = AsgiHeaders.Of(("content-type", "text/plain; charset=utf-8"), ("content-length", $"{body.Length}")),
        });
        await send(new HttpResponseBodyEvent { Body = body });
    }
}
