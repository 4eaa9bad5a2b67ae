using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;

namespace Bridge.Server.Tests.Grpc;

/// <summary>Applications that several tests host.</summary>
internal static class Applications
{
    public static AsgiApplication Hello { get; } = async (_, _, send) =>
    {
        await send(new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(("x", "y")) });
        await send(new HttpResponseBodyEvent { Body = "hello"u8.ToArray() });
    };

    /// <summary>Sends every part of the request back as it comes.</summary>
    public static AsgiApplication Echo { get; } = async (_, receive, send) =>
    {
        await send(new HttpResponseStartEvent { Status = 200 });
        while (await receive() is HttpRequestEvent part)
        {
            await send(new HttpResponseBodyEvent { Body = part.Body, MoreBody = part.MoreBody });
            if (!part.MoreBodyOrDefault)
            {
                return;
            }
        }
    };

    public static AsgiApplication WebSocketEcho { get; } = async (_, receive, send) =>
    {
        await receive();
        await send(new WebSocketAcceptEvent());
        while (await receive() is WebSocketReceiveEvent message)
        {
            await send(new WebSocketSendEvent { Text = message.Text, Bytes = message.Bytes });
        }
    };
}
