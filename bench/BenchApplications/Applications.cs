using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;

namespace Bridge.Bench.BenchApplications;

/// <summary>What the benchmarks host: the same answers as the bare peer gives.</summary>
public static class Applications
{
    private static readonly byte[] HelloBody = "Hello, world!\n"u8.ToArray();

    private static readonly HttpResponseStartEvent HelloStart = new()
    {
        Status = 200,
        Headers = AsgiHeaders.Of(("content-type", "text/plain"), ("content-length", "14")),
    };

    private const int DownloadParts = 16;

    private static readonly byte[] DownloadPart = new byte[64 * 1024];

    private static readonly HttpResponseStartEvent DownloadStart = new()
    {
        Status = 200,
        Headers = AsgiHeaders.Of(("content-type", "application/octet-stream"), ("content-length", "1048576")),
    };

    private static readonly HttpResponseStartEvent FloodStart = new()
    {
        Status = 200,
        Headers = AsgiHeaders.Of(("content-type", "application/octet-stream")),
    };

    /// <summary>A fixed answer over HTTP.</summary>
    public static async Task Hello(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        Refuse.UnlessOneOf(scope, HttpScope.TypeName);
        await receive();
        await send(HelloStart);
        await send(new HttpResponseBodyEvent { Body = HelloBody });
    }

    /// <summary>1 MiB in parts of 64 KiB.</summary>
    public static async Task Download(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        Refuse.UnlessOneOf(scope, HttpScope.TypeName);
        await receive();
        await send(DownloadStart);
        for (var i = 1; i <= DownloadParts; i++)
        {
            await send(new HttpResponseBodyEvent { Body = DownloadPart, MoreBody = i < DownloadParts });
        }
    }

    /// <summary>Parts of 64 KiB until the client leaves.</summary>
    public static async Task Flood(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        Refuse.UnlessOneOf(scope, HttpScope.TypeName);
        await receive();
        await send(FloodStart);
        try
        {
            while (true)
            {
                await send(new HttpResponseBodyEvent { Body = DownloadPart, MoreBody = true });
            }
        }
        catch (ClientDisconnectedException)
        {
            // The only end there is.
        }
    }

    /// <summary>Gives the body or the messages back.</summary>
    public static async Task Echo(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        Refuse.UnlessOneOf(scope, HttpScope.TypeName, WebSocketScope.TypeName);
        if (scope is HttpScope)
        {
            await send(new HttpResponseStartEvent { Status = 200 });
        }

        while (true)
        {
            switch (await receive())
            {
                case HttpRequestEvent part:
                    await send(new HttpResponseBodyEvent { Body = part.Body, MoreBody = part.MoreBody });
                    if (!part.MoreBodyOrDefault)
                    {
                        return;
                    }

                    break;
                case WebSocketConnectEvent:
                    await send(new WebSocketAcceptEvent());
                    break;
                case WebSocketReceiveEvent message:
                    await send(new WebSocketSendEvent { Text = message.Text, Bytes = message.Bytes });
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>Gives each event of a feed's scope back.</summary>
    public static async Task Chatter(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        Refuse.UnlessOneOf(scope, "chat");
        while (await receive() is CustomEvent { Name: "chat.message" } message)
        {
            await send(message);
        }
    }

    /// <summary>The fixed answer as a WSGI application.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> HelloWsgi(IDictionary<string, object> environ, StartResponse startResponse)
    {
        startResponse("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "14")]);
        return [HelloBody];
    }

    private static class Refuse
    {
        public static void UnlessOneOf(AsgiScope scope, params ReadOnlySpan<string> types)
        {
            if (!types.Contains(scope.Type))
            {
                throw new NotSupportedException(new StringBuilder("No such scope here: ").Append(scope.Type).ToString());
            }
        }
    }
}
