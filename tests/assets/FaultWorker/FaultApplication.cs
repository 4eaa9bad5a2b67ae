using System.Collections.Specialized;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace FaultWorker;

/// <summary>Conversations that a test can stop at every point, and that say where they are. The path chooses, the query has the rest.</summary>
internal sealed class FaultApplication(string worker, Gates gates, Room room)
{
    private static readonly AsgiHeaders Text = AsgiHeaders.Of(("content-type", "text/plain"));

    public Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send) => scope switch
    {
        HttpScope http => ServeAsync(http, receive, send),
        WebSocketScope socket => TalkAsync(Query(socket.QueryString ?? default), receive, send),
        _ => throw new NotSupportedException($"No {scope.Type} here."),
    };

    private Task ServeAsync(HttpScope scope, AsgiReceive receive, AsgiSend send)
    {
        var query = Query(scope.QueryString);
        return scope.Path.Split('/')[^1] switch
        {
            "hello" => AnswerAsync(send, worker),
            "slow" => WaitAsync(query["id"]!, receive, send),
            "follow" => FollowAsync(query["id"]!, query["answer"], receive, send),
            "upload" => UploadAsync(query["id"], receive, send),
            "download" => DownloadAsync(long.Parse(query["bytes"]!, CultureInfo.InvariantCulture), send),
            var path => throw new ArgumentException($"No such path: {path}."),
        };
    }

    /// <summary>Answers when it is released.</summary>
    private async Task WaitAsync(string id, AsgiReceive receive, AsgiSend send)
    {
        await receive();
        Say(id, "waits");
        var next = receive().AsTask();
        if (await Task.WhenAny(gates.Of(id).Task, next) == next)
        {
            Say(id, "gone");
            return;
        }

        await AnswerAsync(send, worker);
    }

    /// <summary>Says everything that it hears, and answers nothing, or a beginning, or without end.</summary>
    private static async Task FollowAsync(string id, string? answer, AsgiReceive receive, AsgiSend send)
    {
        Say(id, "began");
        while (await receive() is HttpRequestEvent part)
        {
            if (part.MoreBodyOrDefault)
            {
                Say(id, "part");
                continue;
            }

            Say(id, "whole");
            if (answer is not null)
            {
                await send(new HttpResponseStartEvent { Status = 200, Headers = Text });
                await send(new HttpResponseBodyEvent { Body = "part of it"u8.ToArray(), MoreBody = true });
                Say(id, "sent");
            }

            if (answer == "flood")
            {
                await FloodAsync(id, () => send(new HttpResponseBodyEvent { Body = new byte[Pattern.PartBytes], MoreBody = true }).AsTask());
            }
        }

        Say(id, "gone");
    }

    /// <summary>Reads a body, when it is released if it has an id, and answers with its checksum.</summary>
    private async Task UploadAsync(string? id, AsgiReceive receive, AsgiSend send)
    {
        if (id is not null)
        {
            Say(id, "waits");
            await gates.Of(id).Task;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (await receive() is HttpRequestEvent part)
        {
            hash.AppendData(part.BodyOrDefault.Span);
            if (!part.MoreBodyOrDefault)
            {
                await AnswerAsync(send, Convert.ToHexString(hash.GetHashAndReset()));
            }
        }
    }

    private static async Task DownloadAsync(long bytes, AsgiSend send)
    {
        await send(new HttpResponseStartEvent { Status = 200 });
        var pattern = new Pattern();
        while (bytes > 0)
        {
            var part = pattern.Next(bytes);
            bytes -= part.Length;
            await send(new HttpResponseBodyEvent { Body = part, MoreBody = bytes > 0 });
        }
    }

    /// <summary>Says everything that it hears; what a client says goes to all sockets of this process.</summary>
    private async Task TalkAsync(NameValueCollection query, AsgiReceive receive, AsgiSend send)
    {
        var id = query["id"]!;
        await receive();
        Say(id, "began");
        if (query["accept"] != "no")
        {
            await send(new WebSocketAcceptEvent());
            room.Enter(id, send);
            Say(id, "accepted");
        }

        if (query["answer"] == "flood")
        {
            await FloodAsync(id, () => send(new WebSocketSendEvent { Bytes = new byte[Pattern.PartBytes] }).AsTask());
        }

        while (true)
        {
            switch (await receive())
            {
                case WebSocketReceiveEvent message:
                    Say(id, "message");
                    await room.SayAsync(message.Text ?? "");
                    break;
                case WebSocketDisconnectEvent disconnect:
                    room.Leave(id);
                    Say(id, $"gone {disconnect.CodeOrDefault}");
                    return;
            }
        }
    }

    private static async Task FloodAsync(string id, Func<Task> send)
    {
        var sent = 0;
        try
        {
            while (true)
            {
                var sending = send();
                if (!sending.IsCompleted && sent++ == 0)
                {
                    // From here on it is the client's turn to read.
                    Say(id, "flooding");
                }

                await sending;
            }
        }
        catch (ClientDisconnectedException)
        {
            Say(id, "raised");
        }
    }

    private static async Task AnswerAsync(AsgiSend send, string text)
    {
        await send(new HttpResponseStartEvent { Status = 200, Headers = Text });
        await send(new HttpResponseBodyEvent { Body = Encoding.UTF8.GetBytes(text) });
    }

    private static void Say(string id, string what) => Console.WriteLine($"{id} {what}");

    private static NameValueCollection Query(ReadOnlyMemory<byte> query) =>
        HttpUtility.ParseQueryString(Encoding.ASCII.GetString(query.Span));
}
