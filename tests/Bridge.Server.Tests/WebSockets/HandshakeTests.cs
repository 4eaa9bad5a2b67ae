using System.Net;
using System.Net.WebSockets;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Http;

namespace Bridge.Server.Tests.WebSockets;

public sealed class HandshakeTests
{
    [Theory]
    [InlineData(false, "1.1")]
    [InlineData(true, "2")]
    [Covers("WS-04", "WS-05", "WS-06", "WS-07", "WS-08", "WS-09", "WS-10", "WS-11", "WS-12", "WS-13", "WS-14", "WS-15", "WS-16", "WS-18", "VER-06", "VER-07", "GAP-03", "KES-21")]
    public async Task The_scope_tells_the_request_and_the_offered_subprotocols(bool http2, string version)
    {
        var seen = new TaskCompletionSource<WebSocketScope>();
        await using var host = await FrontHost.StartAsync(
            async (scope, receive, send) =>
            {
                seen.SetResult((WebSocketScope)scope);
                await Sockets.AcceptAsync(receive, send);
            },
            new() { ["Bridge:Http:Routes:0:Application"] = "app", ["Bridge:Http:Routes:0:Path"] = "/chat" });
        using var client = await host.OpenAsync(
            "/chat/a%20b?x=%C3%A9",
            options =>
            {
                options.AddSubProtocol("v2");
                options.AddSubProtocol("v1");
                options.SetRequestHeader("X-Seen", "yes");
            },
            http2);
        var scope = await seen.Task.WithDeadline();

        Assert.Equal(("websocket", "2.5", version, "ws"), (scope.Type, scope.Asgi.SpecVersion, scope.HttpVersion, scope.Scheme));
        Assert.Equal(("/chat/a b", "/chat"), (scope.Path, scope.RootPath));
        Assert.Equal("/chat/a%20b"u8.ToArray(), scope.RawPath!.Value.ToArray());
        Assert.Equal("x=%C3%A9"u8.ToArray(), scope.QueryString!.Value.ToArray());
        Assert.Equal(["v2", "v1"], scope.Subprotocols);
        Assert.Equal(["yes"], scope.Headers.GetTexts("x-seen"));
        Assert.DoesNotContain(scope.Headers, header => header.NameText.StartsWith(':'));
        Assert.Equal(("127.0.0.1", new ServerAddress.Tcp("127.0.0.1", (http2 ? host.Http2 : host.Http1).Port)), (scope.Client!.Host, scope.Server));
        Assert.True(scope.Extensions.ContainsKey("websocket.http.response"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("WS-19", "WS-20", "WS-23")]
    public async Task The_handshake_waits_for_the_accept(bool http2)
    {
        var connected = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            Assert.IsType<WebSocketConnectEvent>(await receive());
            connected.SetResult();
            await go.Task;
            await send(new WebSocketAcceptEvent());
            await receive();
        });
        var connecting = host.OpenAsync(http2: http2);
        await connected.Task.WithDeadline();

        Assert.False(connecting.IsCompleted);
        go.SetResult();
        using var client = await connecting;
        Assert.Equal(WebSocketState.Open, client.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("WS-24", "WS-25", "VER-02")]
    public async Task An_accept_chooses_a_subprotocol_and_adds_header_fields(bool http2)
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketAcceptEvent
            {
                Subprotocol = "v1",
                Headers = AsgiHeaders.Of(("x-a", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2")),
            });
            await receive();
        });
        using var client = await host.OpenAsync(
            configure: options =>
            {
                options.AddSubProtocol("v2");
                options.AddSubProtocol("v1");
            },
            http2: http2);

        Assert.Equal("v1", client.SubProtocol);
        Assert.Equal(["1"], client.HttpResponseHeaders!["x-a"]);
        Assert.Equal(["a=1", "b=2"], client.HttpResponseHeaders!["set-cookie"]);
    }

    [Fact]
    public async Task An_accept_cannot_spoil_the_negotiation_by_its_header_fields()
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketAcceptEvent
            {
                Headers = AsgiHeaders.Of(
                    ("sec-websocket-accept", "wrong"), ("sec-websocket-extensions", "permessage-deflate"), ("connection", "close"), ("content-length", "5")),
            });
            await receive();
        });
        using var connection = await host.ConnectAsync();
        await connection.HandshakeAsync();
        var head = (await connection.ReadThroughAsync("\r\n\r\n")).ToUpperInvariant();

        // The accept key of RFC 6455 section 1.3.
        Assert.Contains("SEC-WEBSOCKET-ACCEPT: S3PPLMBITXAQ9KYGZZHZRBK+XOO=", head, StringComparison.Ordinal);
        Assert.Contains("CONNECTION: UPGRADE", head, StringComparison.Ordinal);
        Assert.DoesNotContain("DEFLATE", head, StringComparison.Ordinal);
        Assert.DoesNotContain("CONTENT-LENGTH", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("WS-22", "WS-45")]
    public async Task A_close_before_the_accept_denies_with_403(bool http2)
    {
        var after = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketCloseEvent { Code = 4001, Reason = "lost on the way" });
            after.SetResult(await receive());
        });

        Assert.Equal(HttpStatusCode.Forbidden, await StatusOfAsync(host, http2));
        Assert.Equal(1006, Assert.IsType<WebSocketDisconnectEvent>(await after.Task.WithDeadline()).Code);
        Assert.Equal(EndingKind.Finished, (await host.App.NextEndingAsync()).Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("EXT-01", "EXT-02", "EXT-03", "EXT-04")]
    public async Task A_denial_response_comes_whole(bool http2)
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketHttpResponseStartEvent { Status = 401, Headers = AsgiHeaders.Of(("www-authenticate", "Basic")) });
            await send(new WebSocketHttpResponseBodyEvent { Body = "who "u8.ToArray(), MoreBody = true });
            await send(new WebSocketHttpResponseBodyEvent { Body = "are you?"u8.ToArray() });
        });

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfAsync(host, http2));
        using var connection = await host.ConnectAsync();
        await connection.HandshakeAsync();
        var response = await connection.ReadAsync();
        Assert.Equal((401, "Basic", "who are you?"), (response.Status, response.Header("WWW-Authenticate"), response.Body));
    }

    [Fact]
    [Covers("EXT-05")]
    public async Task The_connection_ends_with_a_denial_response()
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketHttpResponseStartEvent { Status = 404 });
            await send(new WebSocketHttpResponseBodyEvent { Body = "no"u8.ToArray() });
        });
        using var connection = await host.ConnectAsync();
        await connection.HandshakeAsync();

        Assert.EndsWith("\r\n\r\nno", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EndingKind.Failed, HttpStatusCode.InternalServerError)]
    [InlineData(EndingKind.Lost, HttpStatusCode.BadGateway)]
    [InlineData(EndingKind.Refused, HttpStatusCode.ServiceUnavailable)]
    internal async Task An_instance_that_ends_before_its_answer_denies(EndingKind ending, HttpStatusCode status)
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, _) =>
        {
            await receive();
            throw new TestApplication.EndAs(ending);
        });

        Assert.Equal(status, await StatusOfAsync(host, http2: false));
    }

    [Fact]
    public async Task A_denial_response_that_is_not_finished_is_cut()
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketHttpResponseStartEvent { Status = 403 });
            await send(new WebSocketHttpResponseBodyEvent { Body = "half"u8.ToArray(), MoreBody = true });
        });
        using var connection = await host.ConnectAsync();
        await connection.HandshakeAsync();

        Assert.DoesNotContain("0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task A_handshake_that_is_not_answered_in_time_gets_504()
    {
        var clock = new FakeClock();
        var gone = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(
            async (_, receive, _) =>
            {
                await receive();
                gone.SetResult(await receive());
            },
            new() { ["Bridge:WebSockets:AcceptTimeout"] = "00:00:10" },
            clock);
        using var connection = await host.ConnectAsync();
        await connection.HandshakeAsync();
        await clock.UntilArmedAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(504, (await connection.ReadAsync()).Status);
        Assert.Equal(1006, Assert.IsType<WebSocketDisconnectEvent>(await gone.Task.WithDeadline()).Code);
        Assert.Equal(EndingKind.TimedOut, (await host.App.NextEndingAsync()).Kind);
        Assert.Equal(1, host.Metrics.CountOf(Limit.WebSocketAcceptTime));
    }

    [Fact]
    [Covers("WS-39")]
    public async Task A_client_that_leaves_during_the_handshake_is_lost()
    {
        var connected = new TaskCompletionSource();
        var gone = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, _) =>
        {
            await receive();
            connected.SetResult();
            gone.SetResult(await receive());
        });
        using var connection = await host.ConnectAsync();
        await connection.HandshakeAsync();
        await connected.Task.WithDeadline();
        connection.Reset();

        Assert.Equal(1006, Assert.IsType<WebSocketDisconnectEvent>(await gone.Task.WithDeadline()).Code);
        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426)]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426)]
    [InlineData("Sec-WebSocket-Version: 13\r\n", 400)]
    [InlineData("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n", 400)]
    public async Task A_handshake_that_is_wrong_is_told_why(string headers, int status)
    {
        await using var host = await FrontHost.StartAsync(Sockets.Echo());
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(headers: "Connection: Upgrade\r\nUpgrade: websocket\r\n" + headers);
        var response = await connection.ReadAsync();

        Assert.Equal(status, response.Status);
        Assert.Equal(status == 426 ? "13" : null, response.Header("Sec-WebSocket-Version"));
        Assert.Equal(0, host.App.Started);
    }

    [Fact]
    public async Task A_request_that_is_no_GET_stays_an_http_request()
    {
        await using var host = await FrontHost.StartAsync(async (scope, receive, send) =>
        {
            await Apps.ReadBodyAsync(receive);
            await Apps.RespondAsync(send, scope.Type);
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n");

        Assert.Equal("http", (await connection.ReadAsync()).Body);
    }

    private static async Task<HttpStatusCode> StatusOfAsync(FrontHost host, bool http2)
    {
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        client.Options.HttpVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        var address = new Uri($"ws://127.0.0.1:{(http2 ? host.Http2 : host.Http1).Port}/");
        await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(address, invoker, CancellationToken.None).WithDeadline());
        return client.HttpStatusCode;
    }
}
