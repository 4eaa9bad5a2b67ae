using System.Globalization;
using System.Text;
using System.Web;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace ProbeApplications;

/// <summary>A WebSocket application that does what its peer asks for, so that the peer sees each behaviour from outside.</summary>
public static class SocketProbe
{
    /// <summary>
    /// Chooses the last subprotocol that is offered. Sends back what comes, but closes at the text <c>close CODE REASON</c>.
    /// With <c>deny=STATUS</c> in the query it denies the handshake, with a response of its own unless the status is 403. With
    /// <c>record=PATH</c> it records there the code and the reason that it hears in the end.
    /// </summary>
    public static async Task Converse(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        var socket = scope as WebSocketScope ?? throw new NotSupportedException($"No {scope.Type} here.");
        var query = HttpUtility.ParseQueryString(Encoding.ASCII.GetString(socket.QueryString.GetValueOrDefault().Span));
        await receive();
        if (query["deny"] is { } denial)
        {
            await DenyAsync(int.Parse(denial, CultureInfo.InvariantCulture), send);
            return;
        }

        await send(new WebSocketAcceptEvent { Subprotocol = socket.Subprotocols is [.., var last] ? last : null });
        AsgiEvent received;
        while ((received = await receive()) is WebSocketReceiveEvent message)
        {
            if (message.Text?.Split(' ', 3) is ["close", var code, var reason])
            {
                await send(new WebSocketCloseEvent { Code = int.Parse(code, CultureInfo.InvariantCulture), Reason = reason });
            }
            else
            {
                await send(new WebSocketSendEvent { Text = message.Text, Bytes = message.Bytes });
            }
        }

        if (query["record"] is { } record && received is WebSocketDisconnectEvent disconnect)
        {
            Record.Of(record).Add($"{disconnect.CodeOrDefault} {disconnect.ReasonOrDefault}");
        }
    }

    private static async Task DenyAsync(int status, AsgiSend send)
    {
        if (status == 403)
        {
            await send(new WebSocketCloseEvent());
            return;
        }

        await send(new WebSocketHttpResponseStartEvent { Status = status, Headers = AsgiHeaders.Of(("x-denied", "yes")) });
        await send(new WebSocketHttpResponseBodyEvent { Body = "not here"u8.ToArray() });
    }
}
