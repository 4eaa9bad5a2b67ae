using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

public sealed class HttpResponseOrderTests
{
    [Fact]
    [Covers("HTTP-42", "HTTP-45", "HTTP-47")]
    public void A_start_and_a_body_event_complete_a_response()
    {
        var rules = SendRules.For(Http());
        Assert.Equal(SendProgress.NotStarted, rules.Progress);

        Assert.Equal(SendVerdict.Forward, rules.Take(Start()));
        Assert.Equal(SendProgress.Started, rules.Progress);

        Assert.Equal(SendVerdict.Forward, rules.Take(new HttpResponseBodyEvent()));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("HTTP-45")]
    public void A_body_goes_on_while_more_body_is_true()
    {
        var rules = Http().After(Start(), Body(3, more: true), Body(0, more: true), Body(4, more: true));
        Assert.Equal(SendProgress.Started, rules.Progress);

        rules.Take(Body(1));
        Assert.Equal(SendProgress.Complete, rules.Progress);
    }

    [Fact]
    [Covers("GAP-08", "CORE-19")]
    public void A_body_event_before_the_start_raises_out_of_send()
    {
        var rules = SendRules.For(Http());
        Assert.Contains("has not been started", rules.Refuses(Body(1)));
        rules.Take(Start());
    }

    [Fact]
    [Covers("GAP-08")]
    public void A_second_start_raises_out_of_send() =>
        Assert.Contains("already been started", Http().After(Start()).Refuses(Start()));

    [Theory]
    [MemberData(nameof(ForeignEvents))]
    [Covers("GAP-08", "CORE-19", "GAP-26")]
    public void An_event_that_no_http_application_sends_raises_out_of_send(AsgiEvent message)
    {
        Assert.Contains("\"http\"", SendRules.For(Http()).Refuses(message));
        Assert.Contains("\"http\"", Http().After(Start()).Refuses(message));
    }

    public static TheoryData<AsgiEvent> ForeignEvents() =>
    [
        new CustomEvent("http.response.strat"),
        new HttpRequestEvent(),
        new HttpDisconnectEvent(),
        new WebSocketAcceptEvent(),
        new WebSocketSendEvent { Text = "" },
        new LifespanStartupCompleteEvent(),
    ];

    [Theory]
    [MemberData(nameof(LateEvents))]
    [Covers("HTTP-47", "GAP-09", "CORE-23")]
    public void Whatever_comes_after_the_completion_is_ignored(AsgiEvent message)
    {
        var rules = Http().After(Start(), Body(1));
        Assert.Equal(SendVerdict.Ignore, rules.Take(message));
        Assert.Equal(SendProgress.Complete, rules.Progress);
    }

    public static TheoryData<AsgiEvent> LateEvents() =>
    [
        Start(),
        Body(1),
        new HttpResponseTrailersEvent(),
        new CustomEvent("anything"),
    ];

    [Fact]
    [Covers("CORE-18")]
    public void Unknown_keys_in_an_event_are_no_error() =>
        Http().After(Start() with { Extra = [new("reason", "Fine")] }, Body(1) with { Extra = [new("flush", true)] });

    [Fact]
    [Covers("GAP-10")]
    public void An_application_that_ends_early_has_left_something_out()
    {
        Assert.Contains("without a response", SendRules.For(Http()).FindOmission());
        Assert.Contains("middle of the response", Http().After(Start()).FindOmission());
        Assert.Contains("middle of the response", Http().After(Start(), Body(1, more: true)).FindOmission());
    }
}
