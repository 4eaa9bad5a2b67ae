using System.Net;
using System.Security.Cryptography;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Tests.Http;

public sealed class Http2Tests
{
    private static readonly Uri Root = new("/", UriKind.Relative);

    [Fact]
    [Covers("HTTP-01", "HTTP-02", "HTTP-13", "HTTP-23", "KES-01", "KES-07")]
    public async Task The_scope_of_a_stream_has_a_host_and_no_pseudo_headers()
    {
        var seen = new TaskCompletionSource<HttpScope>();
        await using var host = await FrontHost.StartAsync(Apps.Capturing(seen));
        using var client = host.CreateHttp2Client();
        using var request = Request("/a%2Fb?q");
        request.Headers.Add("Cookie", "a=1; b=2");
        using var response = await client.SendAsync(request).WithDeadline();
        var scope = await seen.Task.WithDeadline();

        Assert.Equal(("2", "GET", "/a/b", "http"), (scope.HttpVersion, scope.Method, scope.Path, scope.Scheme));
        Assert.Equal(("host", $"127.0.0.1:{host.Http2.Port}"), (scope.Headers[0].NameText, scope.Headers[0].ValueText));
        Assert.DoesNotContain(scope.Headers, header => header.NameText.StartsWith(':'));
        Assert.Equal(["a=1; b=2"], scope.Headers.GetTexts("cookie"));
    }

    [Fact]
    [Covers("HTTP-02", "HTTP-15")]
    public async Task Over_TLS_the_scheme_is_https_in_both_versions()
    {
        var scopes = new List<HttpScope>();
        await using var host = await FrontHost.StartAsync((scope, _, send) =>
        {
            scopes.Add((HttpScope)scope);
            return Apps.RespondAsync(send);
        });
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var client = new HttpClient(handler) { BaseAddress = host.Https, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await client.SendAsync(request).WithDeadline();
        }

        Assert.Equal([("https", "1.1"), ("https", "2")], scopes.Select(scope => (scope.Scheme, scope.HttpVersion)));
    }

    [Fact]
    [Covers("HTTP-01", "HTTP-33", "HTTP-46")]
    public async Task Many_streams_of_one_connection_echo_their_own_bodies()
    {
        await using var host = await FrontHost.StartAsync(Apps.EchoAsync);
        using var client = host.CreateHttp2Client();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var sent = RandomNumberGenerator.GetBytes(10_000 + i);
            using var content = new ByteArrayContent(sent);
            using var response = await client.PostAsync(Root, content);
            Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
        })).WithDeadline();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Covers("HTTP-38", "EXT-28", "EXT-29", "EXT-30", "EXT-31", "EXT-32", "KES-20", "CORE-31")]
    public async Task Trailers_are_offered_and_go_to_a_client_that_takes_them(bool accepted)
    {
        var extensions = new TaskCompletionSource<IEnumerable<string>>();
        await using var host = await FrontHost.StartAsync(async (scope, _, send) =>
        {
            extensions.SetResult(scope.Extensions.Keys);
            await send(new HttpResponseStartEvent { Status = 200, Trailers = true });
            await send(Apps.Body("body"));
            await send(new HttpResponseTrailersEvent { Headers = AsgiHeaders.Of(("x-sum", "1"), ("x-sum", "2")), MoreTrailers = true });
            await send(new HttpResponseTrailersEvent { Headers = AsgiHeaders.Of(("x-end", "3")) });
        });
        using var client = host.CreateHttp2Client();
        using var request = Request();
        if (accepted)
        {
            request.Headers.TE.ParseAdd("trailers");
        }

        using var response = await client.SendAsync(request).WithDeadline();

        Assert.Equal("body", await response.Content.ReadAsStringAsync().WithDeadline());
        Assert.Equal(accepted ? ["x-sum=1,2", "x-end=3"] : [], response.TrailingHeaders.Select(field => $"{field.Key}={string.Join(',', field.Value)}"));
        Assert.Equal(["http.response.pathsend", "http.response.trailers"], await extensions.Task.WithDeadline());
    }

    [Theory]
    [InlineData("x-a", "1")]
    [InlineData("connection", "close")]
    [InlineData("transfer-encoding", "chunked")]
    [Covers("HTTP-40", "KES-09")]
    public async Task Fields_about_the_connection_do_not_reach_a_stream(string name, string value)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("ok", 200, (name, value)));
        using var client = host.CreateHttp2Client();
        using var response = await client.GetAsync(Root).WithDeadline();

        Assert.Equal("ok", await response.Content.ReadAsStringAsync().WithDeadline());
        Assert.Equal(name == "x-a", response.Headers.Contains(name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("GAP-10", "KES-24")]
    public async Task A_failure_is_a_500_before_the_start_and_a_reset_stream_after_it(bool started)
    {
        // A reset may overtake what is still on its way, also the head.
        var headIsHere = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            if (started)
            {
                await send(Apps.Start());
                await send(Apps.Body("part", moreBody: true));
                await headIsHere.Task;
            }

            throw new InvalidOperationException();
        });
        using var client = host.CreateHttp2Client();
        using var response = await client.GetAsync(Root, HttpCompletionOption.ResponseHeadersRead).WithDeadline();
        headIsHere.SetResult();
        if (started)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync().WithDeadline());
        }
        else
        {
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }
    }

    [Fact]
    [Covers("HTTP-49", "HTTP-52", "GAP-16")]
    public async Task A_stream_that_the_client_resets_is_a_disconnect_and_the_connection_lives_on()
    {
        var running = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (scope, receive, send) =>
        {
            if (((HttpScope)scope).Path == "/fast")
            {
                await Apps.RespondAsync(send, "fast");
                return;
            }

            running.TrySetResult();
            while (await receive() is not HttpDisconnectEvent)
            {
            }
        });
        using var client = host.CreateHttp2Client();
        using var leave = new CancellationTokenSource();
        var slow = client.GetAsync(new Uri("/slow", UriKind.Relative), leave.Token);
        await running.Task.WithDeadline();
        await leave.CancelAsync();

        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        Assert.Equal("fast", await client.GetStringAsync(new Uri("/fast", UriKind.Relative)).WithDeadline());
    }

    [Fact]
    [Covers("GAP-15")]
    public async Task An_unread_body_does_not_hold_up_the_other_streams()
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("no", 403));
        using var client = host.CreateHttp2Client();
        for (var i = 0; i < 4; i++)
        {
            using var content = new ByteArrayContent(new byte[2_000_000]);
            using var request = Request();
            request.Method = HttpMethod.Post;
            request.Content = content;
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithDeadline();
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    private static HttpRequestMessage Request(string target = "/") =>
        new(HttpMethod.Get, target) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
}
