using Asgiref.Core.Events;
using Asgiref.Core.Values;
using Microsoft.Win32.SafeHandles;

namespace Asgiref.Core.Tests.Events;

public sealed class EventTests
{
    private static readonly SafeFileHandle NoFile = new();

    private static readonly (AsgiEvent Event, string Type)[] Table =
    [
        (new HttpRequestEvent(), "http.request"),
        (new HttpDisconnectEvent(), "http.disconnect"),
        (new HttpResponseStartEvent { Status = 200 }, "http.response.start"),
        (new HttpResponseBodyEvent(), "http.response.body"),
        (new HttpResponseTrailersEvent(), "http.response.trailers"),
        (new HttpResponsePathSendEvent { Path = "/" }, "http.response.pathsend"),
        (new HttpResponseZeroCopySendEvent { File = NoFile }, "http.response.zerocopysend"),
        (new HttpResponseEarlyHintEvent { Links = [] }, "http.response.early_hint"),
        (new HttpResponsePushEvent { Path = "/" }, "http.response.push"),
        (new HttpResponseDebugEvent { Info = AsgiValueMap.Empty }, "http.response.debug"),
        (new WebSocketConnectEvent(), "websocket.connect"),
        (new WebSocketAcceptEvent(), "websocket.accept"),
        (new WebSocketReceiveEvent(), "websocket.receive"),
        (new WebSocketSendEvent(), "websocket.send"),
        (new WebSocketDisconnectEvent(), "websocket.disconnect"),
        (new WebSocketCloseEvent(), "websocket.close"),
        (new WebSocketHttpResponseStartEvent { Status = 403 }, "websocket.http.response.start"),
        (new WebSocketHttpResponseBodyEvent(), "websocket.http.response.body"),
        (new LifespanStartupEvent(), "lifespan.startup"),
        (new LifespanStartupCompleteEvent(), "lifespan.startup.complete"),
        (new LifespanStartupFailedEvent(), "lifespan.startup.failed"),
        (new LifespanShutdownEvent(), "lifespan.shutdown"),
        (new LifespanShutdownCompleteEvent(), "lifespan.shutdown.complete"),
        (new LifespanShutdownFailedEvent(), "lifespan.shutdown.failed"),
        (new CustomEvent("chat.message"), "chat.message"),
    ];

    [Fact]
    [Covers("CORE-15", "HTTP-28", "HTTP-34", "HTTP-43", "HTTP-48", "WS-19", "WS-23", "WS-28", "WS-32", "WS-36", "WS-42")]
    [Covers("LIFE-09", "LIFE-10", "LIFE-12", "LIFE-16", "LIFE-17", "LIFE-19", "EXT-02", "EXT-03")]
    public void Every_event_has_the_type_that_the_specification_gives_it() =>
        Assert.Equal(Table.Select(row => row.Type), Table.Select(row => row.Event.Type));

    [Fact]
    public void The_table_knows_every_event_of_the_model()
    {
        var model = typeof(AsgiEvent).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(AsgiEvent)));
        Assert.Equal(
            model.Select(type => type.Name).Order(StringComparer.Ordinal),
            Table.Select(row => row.Event.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Covers("CORE-18", "PB-06")]
    public void Every_event_can_carry_unknown_keys()
    {
        AsgiValueMap extra = [new("x-key", 1)];
        Assert.All(Table, row => Assert.Empty(row.Event.Extra));
        Assert.All(Table, row => Assert.Equal(extra, (row.Event with { Extra = extra }).Extra));
    }

    [Fact]
    [Covers("HTTP-29", "HTTP-30")]
    public void A_request_part_is_empty_and_the_last_one_by_default()
    {
        var message = new HttpRequestEvent();
        Assert.Equal((null, null), (message.Body, message.MoreBody));
        Assert.True(message.BodyOrDefault.IsEmpty);
        Assert.False(message.MoreBodyOrDefault);
    }

    [Fact]
    [Covers("HTTP-36", "HTTP-38")]
    public void A_start_has_no_headers_and_no_trailers_by_default()
    {
        var message = new HttpResponseStartEvent { Status = 200 };
        Assert.Empty(message.Headers);
        Assert.Null(message.Trailers);
        Assert.False(message.TrailersOrDefault);
    }

    [Fact]
    [Covers("HTTP-44", "HTTP-45", "EXT-03", "EXT-15", "EXT-30")]
    public void A_response_part_is_empty_and_the_last_one_by_default()
    {
        Assert.True(new HttpResponseBodyEvent().BodyOrDefault.IsEmpty);
        Assert.False(new HttpResponseBodyEvent().MoreBodyOrDefault);
        Assert.True(new WebSocketHttpResponseBodyEvent().BodyOrDefault.IsEmpty);
        Assert.False(new WebSocketHttpResponseBodyEvent().MoreBodyOrDefault);
        Assert.False(new HttpResponseZeroCopySendEvent { File = NoFile }.MoreBodyOrDefault);
        Assert.False(new HttpResponseTrailersEvent().MoreTrailersOrDefault);
        Assert.Empty(new HttpResponseTrailersEvent().Headers);
    }

    [Fact]
    [Covers("EXT-13", "EXT-14")]
    public void A_part_of_a_file_is_all_of_it_from_where_it_stands_by_default()
    {
        var message = new HttpResponseZeroCopySendEvent { File = NoFile };
        Assert.Equal((null, null), (message.Offset, message.Count));
    }

    [Fact]
    [Covers("WS-24", "WS-25")]
    public void An_accept_has_no_subprotocol_and_no_headers_by_default()
    {
        Assert.Null(new WebSocketAcceptEvent().Subprotocol);
        Assert.Empty(new WebSocketAcceptEvent().Headers);
    }

    [Fact]
    [Covers("WS-29", "WS-30", "WS-31", "WS-33", "WS-34")]
    public void Text_and_bytes_are_absent_by_default_and_an_empty_message_is_not()
    {
        Assert.Equal((null, null), (new WebSocketReceiveEvent().Text, new WebSocketReceiveEvent().Bytes));
        Assert.Equal((null, null), (new WebSocketSendEvent().Text, new WebSocketSendEvent().Bytes));
        Assert.NotNull(new WebSocketReceiveEvent { Bytes = ReadOnlyMemory<byte>.Empty }.Bytes);
        Assert.NotEqual(new WebSocketReceiveEvent(), new WebSocketReceiveEvent { Text = "" });
    }

    [Fact]
    [Covers("WS-43", "WS-44")]
    public void A_close_is_normal_and_has_no_reason_by_default() =>
        Assert.Equal((1000, ""), (new WebSocketCloseEvent().CodeOrDefault, new WebSocketCloseEvent().ReasonOrDefault));

    [Fact]
    [Covers("WS-38")]
    public void A_disconnect_without_a_code_is_1005_and_has_no_reason_by_default() =>
        Assert.Equal((1005, ""), (new WebSocketDisconnectEvent().CodeOrDefault, new WebSocketDisconnectEvent().ReasonOrDefault));

    [Fact]
    [Covers("LIFE-12", "LIFE-19")]
    public void A_failure_of_the_lifespan_has_an_empty_message_by_default()
    {
        Assert.Equal("", new LifespanStartupFailedEvent().MessageOrDefault);
        Assert.Equal("", new LifespanShutdownFailedEvent().MessageOrDefault);
    }

    [Fact]
    [Covers("CORE-25", "PB-01")]
    public void Absent_and_default_stay_apart()
    {
        Assert.NotEqual(new HttpRequestEvent(), new HttpRequestEvent { MoreBody = false });
        Assert.NotEqual(new HttpRequestEvent(), new HttpRequestEvent { Body = ReadOnlyMemory<byte>.Empty });
        Assert.NotEqual(new WebSocketCloseEvent(), new WebSocketCloseEvent { Code = 1000 });
        Assert.NotEqual(new WebSocketCloseEvent(), new WebSocketCloseEvent { Reason = "" });
    }

    [Fact]
    [Covers("CORE-16")]
    public void A_custom_event_carries_free_content()
    {
        var message = new CustomEvent("mychat.message", [new("text", "hello")]);
        Assert.Equal(("mychat.message", (AsgiValue)"hello"), (message.Type, message.Extra["text"]));
    }
}
