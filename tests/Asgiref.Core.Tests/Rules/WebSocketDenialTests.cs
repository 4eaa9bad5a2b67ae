using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

public sealed class WebSocketDenialTests
{
    private const string Extension = "websocket.http.response";

    [Fact]
    [Covers("EXT-01", "EXT-02", "EXT-03")]
    public void A_denial_response_completes_the_conversation()
    {
        var rules = SendRules.For(WebSocket(Extension));
        Assert.Equal(SendVerdict.Forward, rules.Take(DenialStart(401, ("content-length", "3"))));
        Assert.Equal(SendProgress.Started, rules.Progress);
        Assert.Equal(SendVerdict.Forward, rules.Take(DenialBody(2, more: true)));
        Assert.Equal(SendVerdict.Forward, rules.Take(DenialBody(1)));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("EXT-01", "CORE-32")]
    public void A_denial_response_needs_its_extension()
    {
        Assert.Contains(Extension, SendRules.For(WebSocket()).Refuses(DenialStart()));
        Assert.Contains(Extension, SendRules.For(WebSocket()).Refuses(DenialBody(0)));
    }

    [Fact]
    [Covers("EXT-04")]
    public void A_denial_response_comes_instead_of_an_accept_or_a_close()
    {
        WebSocket(Extension).After(new WebSocketAcceptEvent()).Refuses(DenialStart());
        WebSocket(Extension).After(new WebSocketAcceptEvent()).Refuses(DenialBody(0));
        WebSocket(Extension).After(new WebSocketCloseEvent()).Refuses(DenialStart());
        SendRules.For(WebSocket(Extension)).Refuses(DenialBody(0));
    }

    [Fact]
    [Covers("EXT-04")]
    public void No_other_message_follows_the_start_of_a_denial_response()
    {
        var rules = WebSocket(Extension).After(DenialStart());
        rules.Refuses(new WebSocketAcceptEvent());
        rules.Refuses(new WebSocketSendEvent { Text = "" });
        rules.Refuses(new WebSocketCloseEvent());
        rules.Refuses(DenialStart());
        rules.Take(DenialBody(0));
        rules.Refuses(new WebSocketAcceptEvent());
    }

    [Fact]
    [Covers("EXT-02", "GAP-12")]
    public void The_head_and_the_length_are_held_to_the_rules_of_http()
    {
        var fresh = SendRules.For(WebSocket(Extension));
        fresh.Refuses(DenialStart(101));
        fresh.Refuses(DenialStart(401, ("bad name", "")));
        fresh.Refuses(DenialStart(401, ("content-length", "x")));

        WebSocket(Extension).After(DenialStart(401, ("content-length", "1"))).Refuses(DenialBody(2));
        Assert.Contains("1 sent", WebSocket(Extension).After(DenialStart(401, ("content-length", "2")), DenialBody(1)).FindOmission());
    }

    [Fact]
    [Covers("GAP-11")]
    public void A_denial_without_a_body_on_the_wire_drops_it() =>
        Assert.Equal(SendVerdict.ForwardWithoutBody, WebSocket(Extension).After(DenialStart(304)).Take(DenialBody(3)));

    [Fact]
    public void Over_http2_a_success_status_would_accept_and_raises_out_of_send()
    {
        var scope = WebSocket(Extension) with { HttpVersion = "2" };
        Assert.Contains("accept the socket", SendRules.For(scope).Refuses(DenialStart(200)));
        scope.After(DenialStart(302));
        WebSocket(Extension).After(DenialStart(200));
    }

    [Fact]
    [Covers("GAP-10")]
    public void An_application_that_ends_in_the_denial_has_left_something_out() =>
        Assert.Contains("denial", WebSocket(Extension).After(DenialStart()).FindOmission());
}
