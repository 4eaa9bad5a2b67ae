using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Values;

namespace Bridge.Protocol.Mapping;

internal static class SendEventToMessage
{
    public static V1.SendEvent Map(AsgiEvent message) => message switch
    {
        HttpResponseBodyEvent body => new V1.SendEvent
        {
            HttpResponseBody = Body(body.Body, body.MoreBody, body.Extra, "http_response_body.extra"),
        },
        HttpResponseStartEvent start => new V1.SendEvent { HttpResponseStart = Start(start) },
        WebSocketSendEvent send => new V1.SendEvent
        {
            WebsocketSend = WebSocketMessageMapping.ToMessage(send.Text, send.Bytes, send.Extra, "websocket_send"),
        },
        WebSocketAcceptEvent accept => new V1.SendEvent { WebsocketAccept = Accept(accept) },
        WebSocketCloseEvent close => new V1.SendEvent { WebsocketClose = Close(close) },
        WebSocketHttpResponseStartEvent start => new V1.SendEvent
        {
            WebsocketHttpResponseStart = Start(start.Status, start.Headers, start.Extra, "websocket_http_response_start"),
        },
        WebSocketHttpResponseBodyEvent body => new V1.SendEvent
        {
            WebsocketHttpResponseBody = Body(body.Body, body.MoreBody, body.Extra, "websocket_http_response_body.extra"),
        },
        CustomEvent custom => new V1.SendEvent { Custom = CustomEventMapping.ToMessage(custom) },
        HttpResponseZeroCopySendEvent => MappingChecks.Fail<V1.SendEvent>(
            "event.kind", $"\"{message.Type}\" cannot cross: an open file belongs to one process."),
        _ => MapRare(message),
    };

    private static V1.SendEvent MapRare(AsgiEvent message)
    {
        switch (message)
        {
            case HttpResponseTrailersEvent trailers:
                return new V1.SendEvent { HttpResponseTrailers = Trailers(trailers) };
            case HttpResponsePathSendEvent file:
                var pathSend = new V1.HttpResponsePathSend { Path = MappingChecks.NotEmpty(file.Path, "http_response_pathsend.path") };
                pathSend.Extra = ValueMapping.ToMapMessage(file.Extra, "http_response_pathsend.extra");
                return new V1.SendEvent { HttpResponsePathsend = pathSend };
            case HttpResponsePushEvent promise:
                var push = new V1.HttpResponsePush { Path = MappingChecks.NotEmpty(promise.Path, "http_response_push.path") };
                HeaderMapping.AddTo(push.Headers, promise.Headers, "http_response_push");
                push.Extra = ValueMapping.ToMapMessage(promise.Extra, "http_response_push.extra");
                return new V1.SendEvent { HttpResponsePush = push };
            case HttpResponseEarlyHintEvent early:
                var hint = new V1.HttpResponseEarlyHint();
                hint.Links.AddRange(early.Links.Select(BytesMapping.ToMessage));
                hint.Extra = ValueMapping.ToMapMessage(early.Extra, "http_response_early_hint.extra");
                return new V1.SendEvent { HttpResponseEarlyHint = hint };
            case HttpResponseDebugEvent information:
                var debug = new V1.HttpResponseDebug();
                ValueMapping.AddTo(debug.Info, information.Info, "http_response_debug.info");
                debug.Extra = ValueMapping.ToMapMessage(information.Extra, "http_response_debug.extra");
                return new V1.SendEvent { HttpResponseDebug = debug };
            case LifespanStartupCompleteEvent:
                var started = new V1.LifespanStartupComplete();
                started.Extra = ValueMapping.ToMapMessage(message.Extra, "lifespan_startup_complete.extra");
                return new V1.SendEvent { LifespanStartupComplete = started };
            case LifespanStartupFailedEvent failure:
                var notStarted = new V1.LifespanStartupFailed();
                if (failure.Message is not null)
                {
                    notStarted.Message = MappingChecks.Text(failure.Message, "lifespan_startup_failed.message");
                }

                notStarted.Extra = ValueMapping.ToMapMessage(message.Extra, "lifespan_startup_failed.extra");
                return new V1.SendEvent { LifespanStartupFailed = notStarted };
            case LifespanShutdownCompleteEvent:
                var stopped = new V1.LifespanShutdownComplete();
                stopped.Extra = ValueMapping.ToMapMessage(message.Extra, "lifespan_shutdown_complete.extra");
                return new V1.SendEvent { LifespanShutdownComplete = stopped };
            case LifespanShutdownFailedEvent failure:
                var notStopped = new V1.LifespanShutdownFailed();
                if (failure.Message is not null)
                {
                    notStopped.Message = MappingChecks.Text(failure.Message, "lifespan_shutdown_failed.message");
                }

                notStopped.Extra = ValueMapping.ToMapMessage(message.Extra, "lifespan_shutdown_failed.extra");
                return new V1.SendEvent { LifespanShutdownFailed = notStopped };
            default:
                return MappingChecks.Fail<V1.SendEvent>("event.kind", $"\"{message.Type}\" is no send-event.");
        }
    }

    private static V1.HttpResponseStart Start(HttpResponseStartEvent start)
    {
        var message = Start(start.Status, start.Headers, start.Extra, "http_response_start");
        if (start.Trailers is { } trailers)
        {
            message.Trailers = trailers;
        }

        return message;
    }

    private static V1.HttpResponseStart Start(int status, AsgiHeaders headers, AsgiValueMap extra, string field)
    {
        var message = new V1.HttpResponseStart { Status = (uint)MappingChecks.Status(status, field, ".status") };
        HeaderMapping.AddTo(message.Headers, headers, field);
        if (extra.Count > 0)
        {
            message.Extra = ValueMapping.ToMapMessage(extra, $"{field}.extra");
        }

        return message;
    }

    private static V1.HttpResponseBody Body(ReadOnlyMemory<byte>? body, bool? moreBody, AsgiValueMap extra, string extraField)
    {
        var message = new V1.HttpResponseBody();
        if (body is { } bytes)
        {
            message.Body = BytesMapping.ToMessage(bytes);
        }

        if (moreBody is { } more)
        {
            message.MoreBody = more;
        }

        message.Extra = ValueMapping.ToMapMessage(extra, extraField);
        return message;
    }

    private static V1.HttpResponseTrailers Trailers(HttpResponseTrailersEvent trailers)
    {
        var message = new V1.HttpResponseTrailers();
        HeaderMapping.AddTo(message.Headers, trailers.Headers, "http_response_trailers");
        if (trailers.MoreTrailers is { } moreTrailers)
        {
            message.MoreTrailers = moreTrailers;
        }

        message.Extra = ValueMapping.ToMapMessage(trailers.Extra, "http_response_trailers.extra");
        return message;
    }

    private static V1.WebSocketAccept Accept(WebSocketAcceptEvent accept)
    {
        var message = new V1.WebSocketAccept();
        if (accept.Subprotocol is not null)
        {
            message.Subprotocol = MappingChecks.NotEmpty(accept.Subprotocol, "websocket_accept.subprotocol");
        }

        HeaderMapping.AddTo(message.Headers, accept.Headers, "websocket_accept");
        message.Extra = ValueMapping.ToMapMessage(accept.Extra, "websocket_accept.extra");
        return message;
    }

    private static V1.WebSocketClose Close(WebSocketCloseEvent close)
    {
        var message = new V1.WebSocketClose();
        if (close.Code is { } code)
        {
            message.Code = (uint)MappingChecks.CloseCode(code, "websocket_close.code");
        }

        if (close.Reason is not null)
        {
            message.Reason = MappingChecks.Text(close.Reason, "websocket_close.reason");
        }

        message.Extra = ValueMapping.ToMapMessage(close.Extra, "websocket_close.extra");
        return message;
    }
}
