using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Samples;

/// <summary>
/// Sends back what it gets: an HTTP body part by part, with the request's content type and its <c>x-echo-…</c> fields
/// in order; a WebSocket's messages, with the first subprotocol that the client offers.
/// </summary>
internal static class EchoApplication
{
    private static readonly byte[] Reflected = Encoding.ASCII.GetBytes("x-echo-");

    public static Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send) => scope switch
    {
        HttpScope http => EchoBodyAsync(http, receive, send),
        WebSocketScope socket => EchoMessagesAsync(socket, receive, send),
        _ => throw new NotSupportedException($"The echo serves http and websocket, not {scope.Type}."),
    };

    private static async Task EchoBodyAsync(HttpScope scope, AsgiReceive receive, AsgiSend send)
    {
        await send(new HttpResponseStartEvent { Status = 200, Headers = ReflectedHeaders(scope.Headers) });
        while (await receive() is HttpRequestEvent part)
        {
            await send(new HttpResponseBodyEvent { Body = part.Body, MoreBody = part.MoreBodyOrDefault });
            if (!part.MoreBodyOrDefault)
            {
                return;
            }
        }
    }

    private static async Task EchoMessagesAsync(WebSocketScope scope, AsgiReceive receive, AsgiSend send)
    {
        while (true)
        {
            switch (await receive())
            {
                case WebSocketConnectEvent:
                    await send(new WebSocketAcceptEvent { Subprotocol = scope.Subprotocols.Count > 0 ? scope.Subprotocols[0] : null });
                    break;
                case WebSocketReceiveEvent message:
                    await send(new WebSocketSendEvent { Text = message.Text, Bytes = message.Bytes });
                    break;
                case WebSocketDisconnectEvent:
                    return;
            }
        }
    }

    private static AsgiHeaders ReflectedHeaders(AsgiHeaders request)
    {
        var reflected = new List<AsgiHeader>();
        foreach (var field in request)
        {
            if (field.IsNamed("content-type"u8) || field.Name.Span.StartsWith(Reflected))
            {
                reflected.Add(field);
            }
        }

        return AsgiHeaders.Wrap([.. reflected]);
    }
}
