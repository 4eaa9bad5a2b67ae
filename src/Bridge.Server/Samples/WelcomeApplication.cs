using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Samples;

/// <summary>Answers every path with one page of text: what is hosted and what to try.</summary>
internal sealed class WelcomeApplication(string page)
{
    private static readonly AsgiHeader ContentType = new("content-type", "text/plain; charset=utf-8");

    private readonly byte[] _page = Encoding.UTF8.GetBytes(page);

    public async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not HttpScope http)
        {
            throw new NotSupportedException($"The welcome page is HTTP, not {scope.Type}.");
        }

        var found = http.Path == http.RootPathOrDefault + "/" || http.Path == http.RootPathOrDefault;
        await send(new HttpResponseStartEvent
        {
            Status = found ? 200 : 404,
            Headers = [ContentType, new AsgiHeader("content-length", $"{_page.Length}")],
        });
        await send(new HttpResponseBodyEvent { Body = _page });
    }
}
