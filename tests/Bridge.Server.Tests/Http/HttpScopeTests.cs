using System.Net.Sockets;
using System.Text;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Tests.Http;

public sealed class HttpScopeTests
{
    [Fact]
    [Covers("HTTP-10", "HTTP-11", "HTTP-12", "HTTP-13", "HTTP-14", "HTTP-15", "HTTP-16", "HTTP-17", "HTTP-18", "HTTP-19", "CORE-06", "CORE-08", "CORE-31")]
    public async Task A_plain_request_gives_every_key_of_the_scope()
    {
        var scope = await ScopeOfAsync("GET /a/b?x=1&y=%20 HTTP/1.1\r\nHost: example.org:81\r\n\r\n");

        Assert.Equal("http", scope.Type);
        Assert.Equal(("3.0", "2.5"), (scope.Asgi.Version, scope.Asgi.SpecVersion));
        Assert.Equal(("1.1", "GET", "http"), (scope.HttpVersion, scope.Method, scope.Scheme));
        Assert.Equal(("/a/b", "/a/b", ""), (scope.Path, Text(scope.RawPath!.Value), scope.RootPath));
        Assert.Equal("x=1&y=%20", Text(scope.QueryString));
        Assert.Equal(["http.response.pathsend"], scope.Extensions.Keys);
    }

    [Fact]
    [Covers("HTTP-24", "HTTP-25")]
    public async Task Client_and_server_are_the_two_ends_of_the_connection()
    {
        var seen = new TaskCompletionSource<HttpScope>();
        await using var host = await FrontHost.StartAsync(Apps.Capturing(seen));
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        var scope = await seen.Task.WithDeadline();

        Assert.Equal("127.0.0.1", scope.Client!.Host);
        Assert.InRange(scope.Client.Port, 1, 65535);
        Assert.Equal(new ServerAddress.Tcp("127.0.0.1", host.Http1.Port), scope.Server);
    }

    [Fact]
    [Covers("KES-08", "HTTP-25", "VER-03")]
    public async Task On_a_unix_socket_the_server_is_its_path_and_there_is_no_client()
    {
        var path = Path.Combine(Path.GetTempPath(), $"front-{Guid.NewGuid():N}.sock");
        var seen = new TaskCompletionSource<HttpScope>();
        await using var host = await FrontHost.StartAsync([new TestApplication("app", Apps.Capturing(seen))], unixSocket: path);
        using var connection = await RawConnection.OpenAsync(new UnixDomainSocketEndPoint(path));
        await connection.RequestAsync();
        var scope = await seen.Task.WithDeadline();

        Assert.Equal(new ServerAddress.Unix(path), scope.Server);
        Assert.Null(scope.Client);
    }

    [Theory]
    [InlineData("/", "/", "/", "")]
    [InlineData("/?", "/", "/", "")]
    [InlineData("/a%20b", "/a b", "/a%20b", "")]
    [InlineData("/a%2Fb?%2F", "/a/b", "/a%2Fb", "%2F")]
    [InlineData("/%C3%A9", "/é", "/%C3%A9", "")]
    [InlineData("/%ff%41", "/\ufffdA", "/%ff%41", "")]
    [InlineData("/%zz%", "/%zz%", "/%zz%", "")]
    [InlineData("/a/../b/./c", "/a/../b/./c", "/a/../b/./c", "")]
    [InlineData("//x//", "//x//", "//x//", "")]
    [InlineData("/a+b", "/a+b", "/a+b", "")]
    [InlineData("/a?b?c", "/a", "/a", "b?c")]
    [InlineData("http://localhost/a%20?q", "/a ", "/a%20", "q")]
    [InlineData("http://localhost?q", "/", "/", "q")]
    [InlineData("http://localhost", "/", "/", "")]
    [Covers("HTTP-16", "HTTP-17", "HTTP-18", "MOVE-06", "KES-03", "KES-04", "GAP-17", "GAP-18")]
    public async Task The_target_is_cut_from_its_exact_bytes(string target, string path, string rawPath, string query)
    {
        var scope = await ScopeOfAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal((path, rawPath, query), (scope.Path, Text(scope.RawPath!.Value), Text(scope.QueryString)));
    }

    [Fact]
    [Covers("GAP-17", "KES-03")]
    public async Task The_target_of_OPTIONS_may_be_a_star()
    {
        var scope = await ScopeOfAsync("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(("OPTIONS", "*", "*"), (scope.Method, scope.Path, Text(scope.RawPath!.Value)));
    }

    [Theory]
    [InlineData("GET", "GET")]
    [InlineData("get", "GET")]
    [InlineData("pRoPfInD", "PROPFIND")]
    [Covers("HTTP-14", "KES-02", "GAP-17")]
    public async Task The_method_is_in_upper_case(string sent, string seen)
    {
        var scope = await ScopeOfAsync($"{sent} / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(seen, scope.Method);
    }

    [Theory]
    [InlineData("HTTP/1.0", "1.0")]
    [InlineData("HTTP/1.1", "1.1")]
    [Covers("HTTP-02", "HTTP-13", "KES-01")]
    public async Task The_version_is_a_bare_number(string sent, string seen)
    {
        var scope = await ScopeOfAsync($"GET / {sent}\r\nHost: localhost\r\n\r\n");

        Assert.Equal(seen, scope.HttpVersion);
    }

    [Fact]
    [Covers("HTTP-04", "HTTP-05", "HTTP-07", "HTTP-21", "HTTP-22", "GAP-02", "KES-05", "KES-07")]
    public async Task Header_names_are_lowered_and_values_keep_their_number_and_order()
    {
        var scope = await ScopeOfAsync(
            "GET / HTTP/1.1\r\nX-Two: b\r\nAccept: 1\r\nHOST: h\r\nx-two: a, c\r\nCookie: a=1\r\nCookie: b=2\r\nX-Two:\r\nUser-Agent: me\r\n\r\n");

        Assert.Equal(("host", "h"), (scope.Headers[0].NameText, scope.Headers[0].ValueText));
        Assert.Equal(["b", "a, c", ""], scope.Headers.GetTexts("x-two"));
        Assert.Equal(["a=1", "b=2"], scope.Headers.GetTexts("cookie"));
        Assert.Equal(8, scope.Headers.Count);
        Assert.All(scope.Headers, header => Assert.Equal(header.NameText.ToLowerInvariant(), header.NameText));
    }

    [Fact]
    [Covers("HTTP-04", "HTTP-21")]
    public async Task Ninety_nine_fields_of_one_name_arrive_in_order()
    {
        var fields = string.Concat(Enumerable.Range(0, 99).Select(i => $"X-Many: {i}\r\n"));
        var scope = await ScopeOfAsync($"GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n");

        Assert.Equal(Enumerable.Range(0, 99).Select(i => $"{i}"), scope.Headers.GetTexts("x-many"));
    }

    [Fact]
    [Covers("KES-22", "HTTP-04")]
    public async Task Every_byte_that_a_header_value_may_have_arrives_unchanged()
    {
        var value = new string([.. Enumerable.Range(0x21, 0x5e).Concat(Enumerable.Range(0x80, 0x80)).Select(i => (char)i)]);
        var scope = await ScopeOfAsync($"GET / HTTP/1.1\r\nHost: h\r\nX-Raw: {value}\r\nUser-Agent: {value}\r\n\r\n");

        Assert.Equal([value], scope.Headers.GetTexts("x-raw"));
        Assert.Equal([value], scope.Headers.GetTexts("user-agent"));
    }

    [Fact]
    [Covers("HTTP-01", "HTTP-03", "CORE-01", "CORE-03")]
    public async Task Each_request_of_a_connection_has_a_scope_of_its_own()
    {
        var scopes = new List<AsgiScope>();
        await using var host = await FrontHost.StartAsync((scope, _, send) =>
        {
            scopes.Add(scope);
            return Apps.RespondAsync(send);
        });
        using var connection = await host.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await connection.RequestAsync($"/{i}");
            await connection.ReadAsync();
        }

        Assert.Equal(["/0", "/1", "/2"], scopes.Cast<HttpScope>().Select(scope => scope.Path));
    }

    private static async Task<HttpScope> ScopeOfAsync(string request)
    {
        var seen = new TaskCompletionSource<HttpScope>();
        await using var host = await FrontHost.StartAsync(Apps.Capturing(seen));
        using var connection = await host.ConnectAsync();
        await connection.SendAsync(request);
        Assert.Equal(200, (await connection.ReadAsync()).Status);
        return await seen.Task.WithDeadline();
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);
}
