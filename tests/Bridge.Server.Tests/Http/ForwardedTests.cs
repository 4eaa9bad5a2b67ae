using Asgiref.Core.Scopes;

namespace Bridge.Server.Tests.Http;

[Covers("GAP-23")]
public sealed class ForwardedTests
{
    private const string Loopback = "127.0.0.0/8";

    [Fact]
    public async Task Nobody_is_believed_by_default()
    {
        var scope = await ScopeOfAsync("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nForwarded: for=1.2.3.4\r\n", []);

        Assert.Equal(("127.0.0.1", "http"), (scope.Client!.Host, scope.Scheme));
    }

    [Fact]
    public async Task A_peer_outside_the_listed_networks_is_not_believed()
    {
        var scope = await ScopeOfAsync("X-Forwarded-For: 1.2.3.4\r\n", ["10.0.0.0/8", "::1"]);

        Assert.Equal("127.0.0.1", scope.Client!.Host);
    }

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4", 0)]
    [InlineData("6.6.6.6, 1.2.3.4", "1.2.3.4", 0)]
    [InlineData("6.6.6.6, 1.2.3.4, 10.1.1.1, 127.0.0.5", "1.2.3.4", 0)]
    [InlineData("10.1.1.1, 10.1.1.2", "10.1.1.1", 0)]
    [InlineData("1.2.3.4:5678", "1.2.3.4", 5678)]
    [InlineData("[2001:db8::1]:80", "2001:db8::1", 80)]
    [InlineData("2001:db8::1", "2001:db8::1", 0)]
    [InlineData("unknown, 10.1.1.1", "unknown", 0)]
    public async Task The_client_is_the_right_most_hop_that_is_not_trusted(string header, string host, int port)
    {
        var scope = await ScopeOfAsync($"X-Forwarded-For: {header}\r\n", [Loopback, "10.0.0.0/8"]);

        Assert.Equal(new ClientAddress(host, port), scope.Client);
    }

    [Theory]
    [InlineData("1.2.3.4", "https", "https")]
    [InlineData("6.6.6.6, 1.2.3.4", "http, https", "https")]
    [InlineData("1.2.3.4, 10.1.1.1", "https, http", "https")]
    [InlineData("1.2.3.4, 10.1.1.1", "HTTPS", "https")]
    [InlineData("1.2.3.4", "gopher", "http")]
    public async Task The_scheme_is_the_one_of_that_hop(string hops, string schemes, string scheme)
    {
        var scope = await ScopeOfAsync($"X-Forwarded-For: {hops}\r\nX-Forwarded-Proto: {schemes}\r\n", [Loopback, "10.0.0.0/8"]);

        Assert.Equal(scheme, scope.Scheme);
    }

    [Theory]
    [InlineData("for=1.2.3.4;proto=https;by=9.9.9.9", "1.2.3.4", 0, "https")]
    [InlineData("for=6.6.6.6, For=\"[2001:db8::1]:80\";Proto=https, for=10.0.0.1", "2001:db8::1", 80, "https")]
    [InlineData("for=\"_hidden, one\";proto=http", "_hidden, one", 0, "http")]
    public async Task The_standard_field_is_read_when_the_proxy_sets_that_one(string header, string host, int port, string scheme)
    {
        var scope = await ScopeOfAsync($"Forwarded: {header}\r\nX-Forwarded-For: 6.6.6.6\r\n", [Loopback, "10.0.0.0/8"], "forwarded");

        Assert.Equal((new ClientAddress(host, port), scheme), (scope.Client, scope.Scheme));
    }

    [Theory]
    [InlineData("for=9.9.9.9;proto=https;x=\", for=1.2.3.4;proto=http")]
    [InlineData("for=9.9.9.9;proto=https;x=\"\\\", for=1.2.3.4;proto=http")]
    [InlineData("for=9.9.9.9;proto=https;x=\"y\\")]
    [InlineData("for=9.9.9.9;proto=https;x=\"\r\nForwarded: for=1.2.3.4;proto=https")]
    public async Task Quotes_that_stay_open_cannot_hide_what_the_proxy_has_appended(string header)
    {
        var scope = await ScopeOfAsync($"Forwarded: {header}\r\n", [Loopback], "forwarded");

        Assert.Equal((new ClientAddress("127.0.0.1", scope.Client!.Port), "http"), (scope.Client, scope.Scheme));
    }

    [Fact]
    public async Task An_escaped_quote_does_not_end_the_quotes()
    {
        var scope = await ScopeOfAsync("Forwarded: for=9.9.9.9;x=\"\\\", for=6.6.6.6\", for=1.2.3.4\r\n", [Loopback], "forwarded");

        Assert.Equal("1.2.3.4", scope.Client!.Host);
    }

    [Fact]
    public async Task A_quote_means_nothing_in_a_list_of_the_other_style()
    {
        var scope = await ScopeOfAsync("X-Forwarded-For: \"6.6.6.6, 1.2.3.4\r\n", [Loopback]);

        Assert.Equal("1.2.3.4", scope.Client!.Host);
    }

    private static async Task<HttpScope> ScopeOfAsync(string headers, string[] trusted, string style = "XForwarded")
    {
        var settings = new Dictionary<string, string?> { ["Bridge:Http:ForwardedHeader"] = style };
        for (var i = 0; i < trusted.Length; i++)
        {
            settings[$"Bridge:Http:TrustedProxies:{i}"] = trusted[i];
        }

        var seen = new TaskCompletionSource<HttpScope>();
        await using var host = await FrontHost.StartAsync(Apps.Capturing(seen), settings);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(headers: headers);
        return await seen.Task.WithDeadline();
    }
}
