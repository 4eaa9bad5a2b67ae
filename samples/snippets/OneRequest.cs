using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Testing;

namespace Snippets;

/// <summary>Gives an application one GET request and prints the status and the body of its answer.</summary>
internal static class OneRequest
{
    public static async Task PrintAsync(AsgiApplication application)
    {
        var patience = TimeSpan.FromSeconds(30);
        await using var client = new ApplicationCommunicator(application, new HttpScope { HttpVersion = "1.1", Method = "GET", Path = "/" });
        await client.SendInputAsync(new HttpRequestEvent());
        var start = (HttpResponseStartEvent)await client.ReceiveOutputAsync(patience);
        var body = (HttpResponseBodyEvent)await client.ReceiveOutputAsync(patience);
        await client.WaitAsync(patience);
        Console.WriteLine($"{start.Status} {Encoding.UTF8.GetString(body.BodyOrDefault.Span).TrimEnd()}");
    }
}
