using Asgiref.Core.Events;

namespace Bridge.Protocol.Mapping;

internal static class ReceiveEventMapping
{
    public static V1.ReceiveEvent ToMessage(AsgiEvent message) => message switch
    {
        HttpRequestEvent request => new V1.ReceiveEvent { HttpRequest = ToMessage(request) },
        HttpDisconnectEvent disconnect => new V1.ReceiveEvent { HttpDisconnect = ToMessage(disconnect) },
        WebSocketConnectEvent connect => new V1.ReceiveEvent { WebsocketConnect = ToMessage(connect) },
        WebSocketReceiveEvent receive => new V1.ReceiveEvent
        {
            WebsocketReceive = WebSocketMessageMapping.ToMessage(receive.Text, receive.Bytes, receive.Extra, "websocket_receive"),
        },
        WebSocketDisconnectEvent disconnect => new V1.ReceiveEvent { WebsocketDisconnect = ToMessage(disconnect) },
        LifespanStartupEvent startup => new V1.ReceiveEvent { LifespanStartup = ToMessage(startup) },
        LifespanShutdownEvent shutdown => new V1.ReceiveEvent { LifespanShutdown = ToMessage(shutdown) },
        CustomEvent custom => new V1.ReceiveEvent { Custom = CustomEventMapping.ToMessage(custom) },
        _ => MappingChecks.Fail<V1.ReceiveEvent>("event.kind", $"\"{message.Type}\" is no receive-event."),
    };

    public static AsgiEvent FromMessage(V1.ReceiveEvent message) => message.KindCase switch
    {
        V1.ReceiveEvent.KindOneofCase.HttpRequest => FromMessage(message.HttpRequest),
        V1.ReceiveEvent.KindOneofCase.HttpDisconnect => message.HttpDisconnect.Extra is null
            ? HttpDisconnectEvent.Instance
            : new HttpDisconnectEvent { Extra = ValueMapping.FromMessage(message.HttpDisconnect.Extra, "http_disconnect.extra") },
        V1.ReceiveEvent.KindOneofCase.WebsocketConnect => message.WebsocketConnect.Extra is null
            ? WebSocketConnectEvent.Instance
            : new WebSocketConnectEvent { Extra = ValueMapping.FromMessage(message.WebsocketConnect.Extra, "websocket_connect.extra") },
        V1.ReceiveEvent.KindOneofCase.WebsocketReceive => new WebSocketReceiveEvent
        {
            Text = WebSocketMessageMapping.Text(message.WebsocketReceive, "websocket_receive"),
            Bytes = WebSocketMessageMapping.Bytes(message.WebsocketReceive),
            Extra = ValueMapping.FromMessage(message.WebsocketReceive.Extra, "websocket_receive.extra"),
        },
        V1.ReceiveEvent.KindOneofCase.WebsocketDisconnect => FromMessage(message.WebsocketDisconnect),
        V1.ReceiveEvent.KindOneofCase.LifespanStartup => new LifespanStartupEvent
        {
            Extra = ValueMapping.FromMessage(message.LifespanStartup.Extra, "lifespan_startup.extra"),
        },
        V1.ReceiveEvent.KindOneofCase.LifespanShutdown => new LifespanShutdownEvent
        {
            Extra = ValueMapping.FromMessage(message.LifespanShutdown.Extra, "lifespan_shutdown.extra"),
        },
        V1.ReceiveEvent.KindOneofCase.Custom => CustomEventMapping.FromMessage(message.Custom),
        _ => MappingChecks.Fail<AsgiEvent>("event.kind", "the event has no kind."),
    };

    private static V1.HttpRequest ToMessage(HttpRequestEvent request)
    {
        var message = new V1.HttpRequest();
        if (request.Body is { } body)
        {
            message.Body = BytesMapping.ToMessage(body);
        }

        if (request.MoreBody is { } moreBody)
        {
            message.MoreBody = moreBody;
        }

        message.Extra = ValueMapping.ToMapMessage(request.Extra, "http_request.extra");
        return message;
    }

    private static HttpRequestEvent FromMessage(V1.HttpRequest message) => new()
    {
        Body = BytesMapping.FromMessage(message.HasBody, message.Body),
        MoreBody = message.HasMoreBody ? message.MoreBody : null,
        Extra = ValueMapping.FromMessage(message.Extra, "http_request.extra"),
    };

    private static V1.HttpDisconnect ToMessage(HttpDisconnectEvent disconnect)
    {
        var message = new V1.HttpDisconnect();
        message.Extra = ValueMapping.ToMapMessage(disconnect.Extra, "http_disconnect.extra");
        return message;
    }

    private static V1.WebSocketConnect ToMessage(WebSocketConnectEvent connect)
    {
        var message = new V1.WebSocketConnect();
        message.Extra = ValueMapping.ToMapMessage(connect.Extra, "websocket_connect.extra");
        return message;
    }

    private static V1.WebSocketDisconnect ToMessage(WebSocketDisconnectEvent disconnect)
    {
        var message = new V1.WebSocketDisconnect();
        if (disconnect.Code is { } code)
        {
            message.Code = (uint)MappingChecks.CloseCode(code, "websocket_disconnect.code");
        }

        if (disconnect.Reason is { } reason)
        {
            message.Reason = MappingChecks.Text(reason, "websocket_disconnect.reason");
        }

        message.Extra = ValueMapping.ToMapMessage(disconnect.Extra, "websocket_disconnect.extra");
        return message;
    }

    private static WebSocketDisconnectEvent FromMessage(V1.WebSocketDisconnect message) => new()
    {
        Code = message.HasCode ? MappingChecks.CloseCode(message.Code, "websocket_disconnect.code") : null,
        Reason = message.HasReason ? message.Reason : null,
        Extra = ValueMapping.FromMessage(message.Extra, "websocket_disconnect.extra"),
    };

    private static V1.LifespanStartup ToMessage(LifespanStartupEvent startup)
    {
        var message = new V1.LifespanStartup();
        message.Extra = ValueMapping.ToMapMessage(startup.Extra, "lifespan_startup.extra");
        return message;
    }

    private static V1.LifespanShutdown ToMessage(LifespanShutdownEvent shutdown)
    {
        var message = new V1.LifespanShutdown();
        message.Extra = ValueMapping.ToMapMessage(shutdown.Extra, "lifespan_shutdown.extra");
        return message;
    }
}
