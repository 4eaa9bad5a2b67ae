using Asgiref.Core.Events;

namespace Bridge.Protocol.Mapping;

internal static class SendEventFromMessage
{
    public static AsgiEvent Map(V1.SendEvent message) => message.KindCase switch
    {
        V1.SendEvent.KindOneofCase.HttpResponseStart => Start(message.HttpResponseStart),
        V1.SendEvent.KindOneofCase.HttpResponseBody => Body(message.HttpResponseBody),
        V1.SendEvent.KindOneofCase.HttpResponseTrailers => Trailers(message.HttpResponseTrailers),
        V1.SendEvent.KindOneofCase.HttpResponsePathsend => new HttpResponsePathSendEvent
        {
            Path = MappingChecks.NotEmpty(message.HttpResponsePathsend.Path, "http_response_pathsend.path"),
            Extra = ValueMapping.FromMessage(message.HttpResponsePathsend.Extra, "http_response_pathsend.extra"),
        },
        V1.SendEvent.KindOneofCase.HttpResponsePush => new HttpResponsePushEvent
        {
            Path = MappingChecks.NotEmpty(message.HttpResponsePush.Path, "http_response_push.path"),
            Headers = HeaderMapping.FromMessage(message.HttpResponsePush.Headers, "http_response_push"),
            Extra = ValueMapping.FromMessage(message.HttpResponsePush.Extra, "http_response_push.extra"),
        },
        V1.SendEvent.KindOneofCase.HttpResponseEarlyHint => new HttpResponseEarlyHintEvent
        {
            Links = [.. message.HttpResponseEarlyHint.Links.Select(BytesMapping.FromMessage)],
            Extra = ValueMapping.FromMessage(message.HttpResponseEarlyHint.Extra, "http_response_early_hint.extra"),
        },
        V1.SendEvent.KindOneofCase.HttpResponseDebug => new HttpResponseDebugEvent
        {
            Info = ValueMapping.FromMessage(message.HttpResponseDebug.Info, "http_response_debug.info"),
            Extra = ValueMapping.FromMessage(message.HttpResponseDebug.Extra, "http_response_debug.extra"),
        },
        V1.SendEvent.KindOneofCase.WebsocketAccept => Accept(message.WebsocketAccept),
        V1.SendEvent.KindOneofCase.WebsocketSend => new WebSocketSendEvent
        {
            Text = WebSocketMessageMapping.Text(message.WebsocketSend, "websocket_send"),
            Bytes = WebSocketMessageMapping.Bytes(message.WebsocketSend),
            Extra = ValueMapping.FromMessage(message.WebsocketSend.Extra, "websocket_send.extra"),
        },
        V1.SendEvent.KindOneofCase.WebsocketClose => Close(message.WebsocketClose),
        V1.SendEvent.KindOneofCase.WebsocketHttpResponseStart => DenialStart(message.WebsocketHttpResponseStart),
        V1.SendEvent.KindOneofCase.WebsocketHttpResponseBody => DenialBody(message.WebsocketHttpResponseBody),
        V1.SendEvent.KindOneofCase.LifespanStartupComplete => new LifespanStartupCompleteEvent
        {
            Extra = ValueMapping.FromMessage(message.LifespanStartupComplete.Extra, "lifespan_startup_complete.extra"),
        },
        V1.SendEvent.KindOneofCase.LifespanStartupFailed => new LifespanStartupFailedEvent
        {
            Message = message.LifespanStartupFailed.HasMessage ? message.LifespanStartupFailed.Message : null,
            Extra = ValueMapping.FromMessage(message.LifespanStartupFailed.Extra, "lifespan_startup_failed.extra"),
        },
        V1.SendEvent.KindOneofCase.LifespanShutdownComplete => new LifespanShutdownCompleteEvent
        {
            Extra = ValueMapping.FromMessage(message.LifespanShutdownComplete.Extra, "lifespan_shutdown_complete.extra"),
        },
        V1.SendEvent.KindOneofCase.LifespanShutdownFailed => new LifespanShutdownFailedEvent
        {
            Message = message.LifespanShutdownFailed.HasMessage ? message.LifespanShutdownFailed.Message : null,
            Extra = ValueMapping.FromMessage(message.LifespanShutdownFailed.Extra, "lifespan_shutdown_failed.extra"),
        },
        V1.SendEvent.KindOneofCase.Custom => CustomEventMapping.FromMessage(message.Custom),
        _ => MappingChecks.Fail<AsgiEvent>("event.kind", "the event has no kind."),
    };

    private static HttpResponseStartEvent Start(V1.HttpResponseStart message) => new()
    {
        Status = MappingChecks.Status(message.Status, "http_response_start", ".status"),
        Headers = HeaderMapping.FromMessage(message.Headers, "http_response_start"),
        Trailers = message.HasTrailers ? message.Trailers : null,
        Extra = ValueMapping.FromMessage(message.Extra, "http_response_start.extra"),
    };

    private static HttpResponseBodyEvent Body(V1.HttpResponseBody message) => new()
    {
        Body = BytesMapping.FromMessage(message.HasBody, message.Body),
        MoreBody = message.HasMoreBody ? message.MoreBody : null,
        Extra = ValueMapping.FromMessage(message.Extra, "http_response_body.extra"),
    };

    private static HttpResponseTrailersEvent Trailers(V1.HttpResponseTrailers message) => new()
    {
        Headers = HeaderMapping.FromMessage(message.Headers, "http_response_trailers"),
        MoreTrailers = message.HasMoreTrailers ? message.MoreTrailers : null,
        Extra = ValueMapping.FromMessage(message.Extra, "http_response_trailers.extra"),
    };

    private static WebSocketAcceptEvent Accept(V1.WebSocketAccept message) => new()
    {
        Subprotocol = message.HasSubprotocol ? MappingChecks.NotEmpty(message.Subprotocol, "websocket_accept.subprotocol") : null,
        Headers = HeaderMapping.FromMessage(message.Headers, "websocket_accept"),
        Extra = ValueMapping.FromMessage(message.Extra, "websocket_accept.extra"),
    };

    private static WebSocketCloseEvent Close(V1.WebSocketClose message) => new()
    {
        Code = message.HasCode ? MappingChecks.CloseCode(message.Code, "websocket_close.code") : null,
        Reason = message.HasReason ? message.Reason : null,
        Extra = ValueMapping.FromMessage(message.Extra, "websocket_close.extra"),
    };

    /// <summary>A denial has no trailers, so the shared message's field is left aside.</summary>
    private static WebSocketHttpResponseStartEvent DenialStart(V1.HttpResponseStart message) => new()
    {
        Status = MappingChecks.Status(message.Status, "websocket_http_response_start", ".status"),
        Headers = HeaderMapping.FromMessage(message.Headers, "websocket_http_response_start"),
        Extra = ValueMapping.FromMessage(message.Extra, "websocket_http_response_start.extra"),
    };

    private static WebSocketHttpResponseBodyEvent DenialBody(V1.HttpResponseBody message) => new()
    {
        Body = BytesMapping.FromMessage(message.HasBody, message.Body),
        MoreBody = message.HasMoreBody ? message.MoreBody : null,
        Extra = ValueMapping.FromMessage(message.Extra, "websocket_http_response_body.extra"),
    };
}
