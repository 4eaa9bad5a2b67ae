using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

public class EnvironHeaderTests
{
    [Theory]
    [InlineData("accept", "HTTP_ACCEPT")]
    [InlineData("X-My-Own-Header1", "HTTP_X_MY_OWN_HEADER1")]
    [InlineData("content-type", "CONTENT_TYPE")]
    [InlineData("Content-Type", "CONTENT_TYPE")]
    [InlineData("CONTENT-LENGTH", "CONTENT_LENGTH")]
    [InlineData("content-types", "HTTP_CONTENT_TYPES")]
    [Covers("WSGI-16", "WSGI-17", "W2A-06", "PEP-25", "PEP-28")]
    public async Task A_header_becomes_a_variable_whatever_its_case(string name, string variable) =>
        Assert.Equal("5", (await EnvironOf(With((name, "5"))))[variable]);

    [Fact]
    [Covers("WSGI-16", "PEP-29")]
    public async Task Header_values_are_read_as_latin_1() =>
        Assert.Equal("\u00e9\u00ff", (await EnvironOf(With(("x-a", "\u00e9\u00ff"))))["HTTP_X_A"]);

    [Fact]
    [Covers("WSGI-18")]
    public async Task Repeated_headers_are_joined_in_order_with_a_comma() =>
        Assert.Equal("1,2,3", (await EnvironOf(With(("x-a", "1"), ("accept", "y"), ("X-A", "2"), ("x-a", "3"))))["HTTP_X_A"]);

    [Fact]
    [Covers("WSGI-18", "HTTP-07")]
    public async Task Cookies_are_joined_with_a_semicolon() =>
        Assert.Equal("a=1; b=2", (await EnvironOf(With(("cookie", "a=1"), ("cookie", "b=2"))))["HTTP_COOKIE"]);

    [Fact]
    [Covers("WSGI-19")]
    public async Task A_name_with_an_underscore_is_dropped_so_that_it_cannot_pass_for_another()
    {
        var environ = await EnvironOf(With(("x_a", "forged"), ("x-a", "real"), ("content_type", "forged")));

        Assert.Equal("real", environ["HTTP_X_A"]);
        Assert.DoesNotContain("CONTENT_TYPE", environ.Keys);
        Assert.DoesNotContain("HTTP_CONTENT_TYPE", environ.Keys);
    }

    [Fact]
    [Covers("WSGI-20")]
    public async Task More_values_than_the_limit_get_400_and_no_call_of_the_application()
    {
        var called = false;
        var reached = new List<WsgiLimit>();

        var call = await RunAsync(
            (_, start) =>
            {
                called = true;
                start("200 OK", []);
                return [];
            },
            Repeated(101),
            new WsgiOptions { LimitReached = reached.Add });

        Assert.False(called);
        Assert.Equal(400, call.Status);
        Assert.Equal("text/plain", call.Header("content-type"));
        Assert.Equal("Bad Request: Too many duplicate headers", call.Body);
        Assert.Equal([WsgiLimit.DuplicateHeaders], reached);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(1, 1)]
    [InlineData(null, 5000)]
    [Covers("WSGI-21")]
    public async Task Exactly_the_limit_is_allowed_and_null_switches_it_off(int? limit, int count)
    {
        var environ = await EnvironOf(Repeated(count), new WsgiOptions { DuplicateHeaderLimit = limit });

        Assert.Equal(string.Join(',', Enumerable.Range(0, count)), environ["HTTP_X_A"]);
    }

    private static HttpScope Repeated(int count) =>
        With([.. Enumerable.Range(0, count).Select(i => ("x-a", i.ToString(System.Globalization.CultureInfo.InvariantCulture)))]);

    private static HttpScope With(params (string Name, string Value)[] headers) => Scope with { Headers = AsgiHeaders.Of(headers) };
}
