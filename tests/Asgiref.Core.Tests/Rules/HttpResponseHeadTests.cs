using Asgiref.Core.Headers;
using Asgiref.Core.Rules;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

public sealed class HttpResponseHeadTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(299)]
    [InlineData(404)]
    [InlineData(599)]
    [Covers("HTTP-35")]
    public void A_final_status_is_taken(int status) => Http().After(Start(status));

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(103)]
    [InlineData(199)]
    [InlineData(600)]
    [InlineData(799)]
    [Covers("HTTP-35", "CORE-19")]
    public void A_status_that_cannot_be_final_raises_out_of_send(int status)
    {
        var rules = SendRules.For(Http());
        Assert.Contains($"{status}", rules.Refuses(Start(status)));
        rules.Take(Start(500));
    }

    [Theory]
    [InlineData("content-type", "text/plain")]
    [InlineData("X-Upper_Case.1", "value")]
    [InlineData("x-empty", "")]
    [InlineData("x-latin", "caf\u00e9")]
    [InlineData("x-tab", "a\tb")]
    [Covers("HTTP-36")]
    public void A_field_that_can_go_on_the_wire_is_taken(string name, string value) => Http().After(Start(200, (name, value)));

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("colon:")]
    [InlineData("caf\u00e9")]
    [InlineData("line\nbreak")]
    [InlineData("nul\0")]
    [Covers("CORE-19")]
    public void A_name_that_is_no_token_raises_out_of_send(string name) =>
        Assert.Contains("header 1", SendRules.For(Http()).Refuses(Start(200, ("a", "b"), (name, "value"))));

    [Fact]
    [Covers("HTTP-37")]
    public void A_pseudo_header_raises_out_of_send() =>
        Assert.Contains("pseudo", SendRules.For(Http()).Refuses(Start(200, (":status", "200"))));

    [Theory]
    [InlineData("a\r\nset-cookie: stolen=1")]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u0001b")]
    [InlineData("a\u007fb")]
    [Covers("CORE-19")]
    public void A_value_with_a_control_character_raises_out_of_send(string value)
    {
        var error = SendRules.For(Http()).Refuses(Start(200, ("x-value", value)));
        Assert.Contains("x-value", error);
        Assert.DoesNotContain(error, char.IsControl);
    }

    [Fact]
    public void An_error_quotes_only_the_beginning_of_a_long_name() =>
        Assert.True(SendRules.For(Http()).Refuses(Start(200, (new string(' ', 100_000), ""))).Length < 300);

    [Fact]
    public void Repeated_fields_are_taken() =>
        Http().After(Start(200, [.. Enumerable.Repeat(("set-cookie", "a=b"), 99)]));

    [Fact]
    public void A_start_without_headers_is_taken() => Http().After(Start() with { Headers = AsgiHeaders.Empty });
}
