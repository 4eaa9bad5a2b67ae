using System.Text;
using Asgiref.Core;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Tests.Http;

public sealed class HttpRoutingTests
{
    [Theory]
    [InlineData("/", "h", "root  /")]
    [InlineData("/shopping", "h", "root  /shopping")]
    [InlineData("/shop", "h", "shop /shop /shop")]
    [InlineData("/shop/", "h", "shop /shop /shop/")]
    [InlineData("/shop/cart/1", "h:99", "cart /shop/cart /shop/cart/1")]
    [InlineData("/sh%6fp/a", "h", "shop /shop /shop/a")]
    [InlineData("/a%20b/c", "h", "space /a b /a b/c")]
    [InlineData("/shop", "EXAMPLE.com", "exact  /shop")]
    [InlineData("/x", "a.example.com", "wild  /x")]
    [InlineData("/x", "a.b.example.com:8080", "wild  /x")]
    [InlineData("/x", "a.deep.example.com", "deep  /x")]
    [InlineData("/x", "notexample.com", "root  /x")]
    [Covers("HTTP-19", "HTTP-20", "GAP-01")]
    public async Task The_most_specific_host_wins_then_the_longest_path_on_whole_segments(string target, string hostName, string seen)
    {
        await using var host = await StartAsync(
            ("root", "/", null),
            ("shop", "/shop", null),
            ("cart", "/shop/cart/", null),
            ("space", "/a b", null),
            ("exact", "/", "example.com"),
            ("wild", "", "*.example.com"),
            ("deep", "/", "*.deep.example.com"));

        Assert.Equal(seen, (await GetAsync(host, target, hostName)).Body);
    }

    [Fact]
    public async Task A_request_that_no_route_takes_is_a_404()
    {
        await using var host = await StartAsync(("shop", "/shop", null), ("site", "/", "example.com"));

        Assert.Equal(404, (await GetAsync(host, "/other", "h")).Status);
        Assert.Equal("site  /other", (await GetAsync(host, "/other", "example.com")).Body);
    }

    [Fact]
    public async Task A_route_to_an_application_that_is_not_there_is_a_503()
    {
        await using var host = await FrontHost.StartAsync(
            Apps.Answering("ok"), new() { ["Bridge:Http:Routes:0:Application"] = "later" });

        var response = await GetAsync(host, "/", "h");
        Assert.Equal((503, "1"), (response.Status, response.Header("Retry-After")));
    }

    [Fact]
    [Covers("GAP-01")]
    public async Task A_prefix_that_a_proxy_removed_is_put_back()
    {
        var seen = new TaskCompletionSource<HttpScope>();
        await using var host = await FrontHost.StartAsync(Apps.Capturing(seen), new()
        {
            ["Bridge:Http:Routes:0:Application"] = "app",
            ["Bridge:Http:Routes:0:Path"] = "/in",
            ["Bridge:Http:Routes:0:StrippedPrefix"] = "/über uns/",
        });
        await GetAsync(host, "/in/a%20b?q", "h");
        var scope = await seen.Task.WithDeadline();

        Assert.Equal(("/über uns/in", "/über uns/in/a b"), (scope.RootPath, scope.Path));
        Assert.Equal("/%C3%BCber%20uns/in/a%20b", Encoding.ASCII.GetString(scope.RawPath!.Value.Span));
        Assert.Equal("q", Encoding.ASCII.GetString(scope.QueryString.Span));
    }

    /// <summary>Applications that answer with their name, root path and path.</summary>
    private static Task<FrontHost> StartAsync(params (string Name, string Path, string? Host)[] routes)
    {
        var settings = new Dictionary<string, string?>();
        for (var i = 0; i < routes.Length; i++)
        {
            settings[$"Bridge:Http:Routes:{i}:Application"] = routes[i].Name;
            settings[$"Bridge:Http:Routes:{i}:Path"] = routes[i].Path;
            settings[$"Bridge:Http:Routes:{i}:Host"] = routes[i].Host;
        }

        return FrontHost.StartAsync([.. routes.Select(route => new TestApplication(route.Name, Telling(route.Name)))], settings);
    }

    private static AsgiApplication Telling(string name) => (scope, _, send) =>
        Apps.RespondAsync(send, $"{name} {((HttpScope)scope).RootPath} {((HttpScope)scope).Path}");

    private static async Task<RawResponse> GetAsync(FrontHost host, string target, string hostName)
    {
        using var connection = await host.ConnectAsync();
        await connection.SendAsync($"GET {target} HTTP/1.1\r\nHost: {hostName}\r\n\r\n");
        return await connection.ReadAsync();
    }
}
