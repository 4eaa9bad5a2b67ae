using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace DotnetWorker;

/// <summary>A guestbook: GET reads it, POST writes an entry, a WebSocket gets every new entry as it is written.</summary>
internal static class GuestbookApplication
{
    private const int MaxEntryBytes = 1000;

    public static Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send) => scope switch
    {
        LifespanScope => LiveAsync(scope, receive, send),
        HttpScope { Method: "GET" } => AnswerAsync(send, 200, string.Concat(BookOf(scope).Entries.Select(entry => entry + "\n"))),
        HttpScope { Method: "POST" } => WriteAsync(BookOf(scope), receive, send),
        HttpScope => AnswerAsync(send, 405, "GET or POST.\n"),
        WebSocketScope => FollowAsync(BookOf(scope), receive, send),
        _ => throw new NotSupportedException($"The guestbook does not serve {scope.Type}."),
    };

    /// <summary>The book lives in this process: it is there for every request, whatever becomes of the connection to the bridge.</summary>
    private static async Task LiveAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        await receive();
        scope.State!["book"] = new Guestbook();
        await send(LifespanStartupCompleteEvent.Instance);
        await receive();
        await send(LifespanShutdownCompleteEvent.Instance);
    }

    private static async Task WriteAsync(Guestbook book, AsgiReceive receive, AsgiSend send)
    {
        using var body = new MemoryStream();
        HttpRequestEvent? part;
        do
        {
            part = await receive() as HttpRequestEvent;
            if (part is null)
            {
                // The client has gone: what it sent is not whole.
                return;
            }

            body.Write(part.BodyOrDefault.Span);
            if (body.Length > MaxEntryBytes)
            {
                await AnswerAsync(send, 413, $"At most {MaxEntryBytes} bytes.\n");
                return;
            }
        }
        while (part.MoreBodyOrDefault);

        book.Add(Encoding.UTF8.GetString(body.ToArray()));
        await AnswerAsync(send, 201, "Thank you.\n");
    }

    private static async Task FollowAsync(Guestbook book, AsgiReceive receive, AsgiSend send)
    {
        await receive();
        var entries = book.Enter();
        try
        {
            await send(new WebSocketAcceptEvent());
            var sending = SendAsync();
            while (await receive() is not WebSocketDisconnectEvent)
            {
            }

            entries.Writer.Complete();
            await sending;
        }
        finally
        {
            book.Leave(entries);
        }

        async Task SendAsync()
        {
            try
            {
                await foreach (var entry in entries.Reader.ReadAllAsync(AsgiCancellation.Token))
                {
                    await send(new WebSocketSendEvent { Text = entry });
                }
            }
            catch (ClientDisconnectedException)
            {
                // The other side of the conversation sees it too.
            }
        }
    }

    private static async Task AnswerAsync(AsgiSend send, int status, string text)
    {
        await send(new HttpResponseStartEvent { Status = status, Headers = AsgiHeaders.Of(("content-type", "text/plain; charset=utf-8")) });
        await send(new HttpResponseBodyEvent { Body = Encoding.UTF8.GetBytes(text) });
    }

    private static Guestbook BookOf(AsgiScope scope) => (Guestbook)scope.State!["book"]!;
}
