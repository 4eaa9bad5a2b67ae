using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Rules;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

public sealed class WebSocketSendRulesTests
{
    private static readonly WebSocketAcceptEvent Accept = new();
    private static readonly WebSocketCloseEvent Close = new();
    private static readonly WebSocketSendEvent Hello = new() { Text = "hello" };

    [Fact]
    [Covers("WS-21", "WS-23", "WS-32", "WS-42")]
    public void A_socket_is_accepted_used_and_closed()
    {
        var rules = SendRules.For(WebSocket());
        Assert.Equal(SendVerdict.Forward, rules.Take(Accept));
        Assert.Equal(SendProgress.Started, rules.Progress);
        Assert.Equal(SendVerdict.Forward, rules.Take(Hello));
        Assert.Equal(SendVerdict.Forward, rules.Take(Close));
        Assert.Equal(SendProgress.Complete, rules.Progress);
    }

    [Fact]
    public void A_close_before_the_accept_completes_the_conversation() =>
        Assert.Equal(SendProgress.Complete, WebSocket().After(Close).Progress);

    [Fact]
    [Covers("GAP-24")]
    public void A_message_before_the_accept_raises_out_of_send() =>
        Assert.Contains("not been accepted", SendRules.For(WebSocket()).Refuses(Hello));

    [Fact]
    [Covers("GAP-24")]
    public void A_second_accept_raises_out_of_send() => WebSocket().After(Accept).Refuses(Accept);

    [Fact]
    [Covers("GAP-24")]
    public void An_accept_after_the_close_raises_out_of_send()
    {
        WebSocket().After(Close).Refuses(Accept);
        WebSocket().After(Accept, Close).Refuses(Accept);
    }

    [Fact]
    [Covers("GAP-09", "CORE-23")]
    public void Messages_and_closes_after_the_own_close_are_ignored()
    {
        var rules = WebSocket().After(Accept, Close);
        Assert.Equal(SendVerdict.Ignore, rules.Take(Hello));
        Assert.Equal(SendVerdict.Ignore, rules.Take(Close));
    }

    [Fact]
    [Covers("WS-35", "CORE-19")]
    public void Exactly_one_of_text_and_bytes_is_sent()
    {
        var rules = WebSocket().After(Accept);
        rules.Take(new WebSocketSendEvent { Text = "" });
        rules.Take(new WebSocketSendEvent { Bytes = ReadOnlyMemory<byte>.Empty });
        Assert.Contains("neither", rules.Refuses(new WebSocketSendEvent()));
        Assert.Contains("both", rules.Refuses(new WebSocketSendEvent { Text = "a", Bytes = new byte[1] }));
    }

    [Fact]
    [Covers("PB-02")]
    public void Text_without_a_utf8_form_raises_out_of_send()
    {
        var rules = WebSocket().After(Accept);
        Assert.Contains("index 2", rules.Refuses(new WebSocketSendEvent { Text = "ab\ud800c" }));
        Assert.Contains("reason", rules.Refuses(new WebSocketCloseEvent { Reason = "\udfff" }));
        rules.Take(new WebSocketSendEvent { Text = "a\U0001F600b" });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("chat")]
    [InlineData("superchat")]
    [Covers("WS-24", "GAP-25")]
    public void An_offered_subprotocol_or_none_is_accepted(string? subprotocol) =>
        WebSocket().After(Accept with { Subprotocol = subprotocol });

    [Theory]
    [InlineData("")]
    [InlineData("Chat")]
    [InlineData("mqtt")]
    [Covers("GAP-25")]
    public void A_subprotocol_that_was_not_offered_raises_out_of_send(string subprotocol)
    {
        var rules = SendRules.For(WebSocket());
        rules.Refuses(Accept with { Subprotocol = subprotocol });
        rules.Take(Accept);
    }

    [Fact]
    [Covers("WS-25", "WS-27")]
    public void An_accept_carries_headers() => WebSocket().After(Accept with { Headers = AsgiHeaders.Of(("set-cookie", "a=b")) });

    [Theory]
    [InlineData("sec-websocket-protocol")]
    [InlineData("Sec-WebSocket-Protocol")]
    [Covers("WS-26")]
    public void The_subprotocol_is_not_set_as_a_header(string name) =>
        SendRules.For(WebSocket()).Refuses(Accept with { Headers = AsgiHeaders.Of((name, "chat")) });

    [Fact]
    [Covers("WS-25")]
    public void An_accept_has_no_pseudo_headers() =>
        SendRules.For(WebSocket()).Refuses(Accept with { Headers = AsgiHeaders.Of((":status", "101")) });

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1014)]
    [InlineData(3000)]
    [InlineData(4999)]
    [Covers("WS-43", "GAP-05")]
    public void A_code_that_may_be_sent_closes(int? code) =>
        Assert.Equal(SendProgress.Complete, WebSocket().After(Accept, Close with { Code = code }).Progress);

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1004)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(5000)]
    [Covers("GAP-05")]
    public void A_code_that_must_not_be_sent_raises_out_of_send(int code)
    {
        Assert.Contains($"{code}", WebSocket().After(Accept).Refuses(Close with { Code = code }));
        Assert.Contains($"{code}", SendRules.For(WebSocket()).Refuses(Close with { Code = code }));
    }

    [Fact]
    [Covers("WS-44", "GAP-05")]
    public void A_reason_is_at_most_123_bytes_of_utf8()
    {
        WebSocket().After(Accept, Close with { Reason = new string('a', 123) });
        WebSocket().After(Accept, Close with { Reason = new string('é', 61) + "a" });
        Assert.Contains("124", WebSocket().After(Accept).Refuses(Close with { Reason = new string('é', 62) }));
    }

    [Theory]
    [MemberData(nameof(ForeignEvents))]
    [Covers("GAP-08", "CORE-19", "EXT-06", "GAP-26")]
    public void An_event_that_no_websocket_application_sends_raises_out_of_send(AsgiEvent message) =>
        Assert.Contains("\"websocket\"", WebSocket().After(Accept).Refuses(message));

    public static TheoryData<AsgiEvent> ForeignEvents() =>
    [
        new CustomEvent("websocket.ping"),
        new WebSocketConnectEvent(),
        new WebSocketReceiveEvent { Text = "" },
        new WebSocketDisconnectEvent(),
        Start(),
        Body(1),
        new HttpResponseTrailersEvent(),
    ];

    [Fact]
    [Covers("GAP-10")]
    public void Only_an_unanswered_handshake_is_an_omission()
    {
        Assert.Contains("websocket.connect", SendRules.For(WebSocket()).FindOmission());
        Assert.Null(WebSocket().After(Accept).FindOmission());
        Assert.Null(WebSocket().After(Close).FindOmission());
    }
}
