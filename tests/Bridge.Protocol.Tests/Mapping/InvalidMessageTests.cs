using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Protocol.Mapping;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Protocol.Tests.Mapping;

public sealed class InvalidMessageTests
{
    public static TheoryData<string, V1.Scope> WrongScopes() => new()
    {
        { "scope.kind", new V1.Scope() },
        { "scope.asgi.version", new V1.Scope { Lifespan = new(), Asgi = new() { Version = "" } } },
        { "scope.custom.type", new V1.Scope { Custom = new() } },
        { "scope.custom.type", new V1.Scope { Custom = new() { Type = "http" } } },
        { "scope.http.http_version", Http(http => http.HttpVersion = "2.0") },
        { "scope.http.method", Http(http => http.Method = "") },
        { "scope.http.method", Http(http => http.Method = "get") },
        { "scope.http.path", Http(http => http.Path = "") },
        { "scope.http.scheme", Http(http => http.Scheme = "") },
        { "scope.http.headers[1].name", Http(http => http.Headers.Add([new V1.Header { Name = ByteString.CopyFromUtf8("a") }, new V1.Header()])) },
        { "scope.http.headers[0].name", Http(http => http.Headers.Add(new V1.Header { Name = ByteString.CopyFromUtf8(":path") })) },
        { "scope.http.headers[0].name", Http(http => http.Headers.Add(Header("a b", ""))) },
        { "scope.http.headers[0].value", Http(http => http.Headers.Add(Header("a", "b\r\nc: d"))) },
        { "scope.http.headers[0].value", Http(http => http.Headers.Add(Header("a", "\0"))) },
        { "scope.http.client.host", Http(http => http.Client = new()) },
        { "scope.http.client.port", Http(http => http.Client = new() { Host = "::1", Port = 65_536 }) },
        { "scope.http.server", Http(http => http.Server = new()) },
        { "scope.http.server.tcp.host", Http(http => http.Server = new() { Tcp = new() { Port = 1 } }) },
        { "scope.http.server.tcp.port", Http(http => http.Server = new() { Tcp = new() { Host = "a", Port = uint.MaxValue } }) },
        { "scope.http.server.unix_path", Http(http => http.Server = new() { UnixPath = "" }) },
        { "scope.websocket.scheme", new V1.Scope { Websocket = new() { Path = "/", Scheme = "http" } } },
        { "scope.websocket.http_version", new V1.Scope { Websocket = new() { Path = "/", HttpVersion = "1.0" } } },
        { "scope.websocket.subprotocols", new V1.Scope { Websocket = new() { Path = "/", Subprotocols = { "" } } } },
        { "scope.extra[key]", new V1.Scope { Lifespan = new(), Extra = Map("key", new V1.Value()) } },
        { "scope.extensions[tls]", new V1.Scope { Lifespan = new(), Extensions = Map("tls", new V1.Value { DoubleValue = double.NaN }) } },
        { "scope.extra[a][b]", new V1.Scope { Lifespan = new(), Extra = Map("a", new V1.Value { MapValue = Map("b", new V1.Value()) }) } },
    };

    public static TheoryData<string, V1.SendEvent> WrongSendEvents() => new()
    {
        { "event.kind", new V1.SendEvent() },
        { "http_response_start.status", new V1.SendEvent { HttpResponseStart = new() } },
        { "http_response_start.status", new V1.SendEvent { HttpResponseStart = new() { Status = 101 } } },
        { "http_response_start.headers[0].name", new V1.SendEvent { HttpResponseStart = new() { Status = 200, Headers = { new V1.Header() } } } },
        { "websocket_send.data", new V1.SendEvent { WebsocketSend = new() } },
        { "websocket_close.code", new V1.SendEvent { WebsocketClose = new() { Code = 65_536 } } },
        { "websocket_accept.subprotocol", new V1.SendEvent { WebsocketAccept = new() { Subprotocol = "" } } },
        { "http_response_pathsend.path", new V1.SendEvent { HttpResponsePathsend = new() } },
        { "custom.type", new V1.SendEvent { Custom = new() { Type = "http.response.body" } } },
        { "custom.type", new V1.SendEvent { Custom = new() } },
    };

    public static TheoryData<string, AsgiEvent> SendEventsThatCannotCross() => new()
    {
        { "event.kind", new HttpResponseZeroCopySendEvent { File = new SafeFileHandle() } },
        { "event.kind", new HttpRequestEvent() },
        { "websocket_send.data", new WebSocketSendEvent() },
        { "websocket_send.data", new WebSocketSendEvent { Text = "a", Bytes = new byte[1] } },
        { "websocket_send.text", new WebSocketSendEvent { Text = "\ud800" } },
        { "websocket_close.code", new WebSocketCloseEvent { Code = -1 } },
        { "http_response_start.status", new HttpResponseStartEvent { Status = 100 } },
        { "http_response_start.headers[0].name", new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(("", "v")) } },
        { "http_response_start.headers[0].value", new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(("a", "\n")) } },
        { "custom.type", new CustomEvent("websocket.close") },
        { "custom.values[k]", new CustomEvent("a.b", AsgiValueMap.Empty.With("k", Nested(ValueMapping.MaxNesting))) },
    };

    [Theory]
    [MemberData(nameof(WrongScopes), DisableDiscoveryEnumeration = true)]
    public void A_wrong_scope_message_is_named_by_its_field(string field, V1.Scope message) =>
        AssertNames(field, () => ScopeMapping.FromMessage(message));

    [Theory]
    [MemberData(nameof(WrongSendEvents), DisableDiscoveryEnumeration = true)]
    [Covers("CORE-19")]
    public void A_wrong_event_message_is_named_by_its_field(string field, V1.SendEvent message) =>
        AssertNames(field, () => EventMapping.FromMessage(message));

    [Theory]
    [MemberData(nameof(SendEventsThatCannotCross), DisableDiscoveryEnumeration = true)]
    [Covers("CORE-19", "PB-02", "PB-05")]
    public void An_event_that_cannot_cross_is_refused_by_name(string field, AsgiEvent message) =>
        AssertNames(field, () => EventMapping.ToSendMessage(message));

    [Fact]
    [Covers("PB-02")]
    public void A_path_without_a_utf8_form_is_refused()
    {
        var scope = new HttpScope { HttpVersion = "1.1", Method = "GET", Path = "/\udcff" };
        AssertNames("scope.http.path", () => ScopeMapping.ToMessage(scope));
    }

    [Fact]
    [Covers("HTTP-36", "GAP-02")]
    public void Header_names_cross_in_lower_case_in_both_directions()
    {
        var start = new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(("Content-TYPE", "A"), ("x-a", "B")) };
        var message = EventMapping.ToSendMessage(start).HttpResponseStart;
        Assert.Equal(["content-type", "x-a"], message.Headers.Select(header => header.Name.ToStringUtf8()));

        var scope = (HttpScope)ScopeMapping.FromMessage(Http(http => http.Headers.Add(Header("X-Upper", "Value"))));
        Assert.Equal(AsgiHeaders.Of(("x-upper", "Value")), scope.Headers);
    }

    [Fact]
    public void Nesting_at_the_limit_crosses_and_fits_a_parser_of_default_depth()
    {
        var scope = new CustomScope("chat") { Extra = AsgiValueMap.Empty.With("k", Nested(ValueMapping.MaxNesting - 1)) };
        var wire = new V1.RunRequest { Start = new() { Application = "a", Scope = ScopeMapping.ToMessage(scope) } }.ToByteArray();
        var back = ScopeMapping.FromMessage(V1.RunRequest.Parser.ParseFrom(wire).Start.Scope);
        Assert.Equal(scope.Extra, back.Extra);
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_refused_on_the_way_in()
    {
        var value = new V1.Value { BoolValue = true };
        for (var i = 0; i <= ValueMapping.MaxNesting; i++)
        {
            value = new V1.Value { ListValue = new() { Items = { value } } };
        }

        Assert.Throws<InvalidMessageException>(() => ValueMapping.FromMessage(value));
    }

    [Fact]
    public void A_long_key_above_many_values_costs_no_more_than_the_message()
    {
        var many = new V1.ListValue();
        for (var i = 0; i < 1_000; i++)
        {
            many.Items.Add(new V1.Value { MapValue = new() });
        }

        var scope = new V1.Scope { Lifespan = new(), Extra = Map(new string('k', 1_000_000), new V1.Value { ListValue = many }) };
        ScopeMapping.FromMessage(scope);
        var before = GC.GetAllocatedBytesForCurrentThread();

        ScopeMapping.ToMessage(ScopeMapping.FromMessage(scope));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_long_key_is_cut_where_an_error_quotes_it()
    {
        var scope = new V1.Scope { Lifespan = new(), Extra = Map(new string('k', 1_000_000), new V1.Value()) };
        var error = Assert.Throws<InvalidMessageException>(() => ScopeMapping.FromMessage(scope));
        Assert.Equal($"scope.extra[{new string('k', 64)}…]", error.Field);
    }

    private static V1.MapValue Map(string key, V1.Value value) => new() { Entries = { [key] = value } };

    private static AsgiValue Nested(int levels)
    {
        AsgiValue value = true;
        for (var i = 0; i < levels; i++)
        {
            value = new AsgiValue.MapValue(AsgiValueMap.Empty.With("k", value));
        }

        return value;
    }

    private static V1.Header Header(string name, string value) =>
        new() { Name = ByteString.CopyFromUtf8(name), Value = ByteString.CopyFromUtf8(value) };

    private static V1.Scope Http(Action<V1.HttpScope> spoil)
    {
        var http = new V1.HttpScope { HttpVersion = "1.1", Method = "GET", Path = "/" };
        spoil(http);
        return new V1.Scope { Http = http };
    }

    private static void AssertNames(string field, Action act)
    {
        var error = Assert.Throws<InvalidMessageException>(act);
        Assert.StartsWith(field, error.Field, StringComparison.Ordinal);
        Assert.StartsWith(error.Field + ": ", error.Message, StringComparison.Ordinal);
    }
}
