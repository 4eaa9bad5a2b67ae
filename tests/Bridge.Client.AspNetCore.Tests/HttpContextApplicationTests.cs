using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Testing;
using Asgiref.Core.Values;
using Bridge.Client.AspNetCore.Tests.Hosts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>The adapter between scopes and events by hand: what no front of the bridge sends, other drivers may.</summary>
public sealed class HttpContextApplicationTests
{
    private static readonly HttpScope Get = new() { HttpVersion = "1.1", Method = "GET", Path = "/" };

    private static readonly WebSocketScope Socket = new() { Path = "/", Subprotocols = ["a", "b"] };

    private static readonly AsgiValueMap Denial = AsgiValueMap.Empty.With("websocket.http.response", new AsgiValue.MapValue(AsgiValueMap.Empty));

    [Theory]
    [InlineData("/shop", "/shop/cart", "/shop", "/cart")]
    [InlineData("/shop", "/shop", "/shop", "")]
    [InlineData("/shop", "/shopping", "/shop", "/shopping")]
    [InlineData("/shop", "/shop/../../etc", "/shop", "/etc")]
    [InlineData("/caf\u00e9", "/caf%C3%A9/a%2Fb", "/caf\u00e9", "/a%2Fb")]
    [InlineData("", "/a/b", "", "/a/b")]
    public async Task The_mount_is_the_path_base_and_nothing_climbs_out_of_it(string root, string raw, string pathBase, string path)
    {
        var scope = Get with { RootPath = root, RawPath = Encoding.ASCII.GetBytes(raw), Path = Uri.UnescapeDataString(raw) };

        var body = await AnswerAsync(scope, context => context.Response.WriteAsync($"[{context.Request.PathBase.Value}] [{context.Request.Path.Value}]", Encoding.UTF8));

        Assert.Equal($"[{pathBase}] [{path}]", body);
    }

    [Fact]
    public async Task Without_a_raw_path_the_decoded_one_counts()
    {
        var scope = Get with { Path = "/a b", QueryString = "x=1"u8.ToArray() };

        var body = await AnswerAsync(scope, context => context.Response.WriteAsync(
            $"{context.Request.Path.Value}{context.Request.QueryString} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}"));

        Assert.Equal("/a b?x=1 /a%20b?x=1", body);
    }

    [Fact]
    public async Task A_path_with_an_encoded_NUL_is_a_bad_request()
    {
        await using var communicator = Communicate(Get with { RawPath = "/%00"u8.ToArray(), Path = "/\0" }, _ => throw new InvalidOperationException("never called"));

        await communicator.SendInputAsync(new HttpRequestEvent());

        Assert.Equal(400, ((HttpResponseStartEvent)await communicator.ReceiveOutputAsync(Deadline.Default)).Status);
    }

    [Fact]
    public async Task Values_that_are_not_UTF_8_are_latin_1_and_split_cookies_are_joined()
    {
        var headers = AsgiHeaders.Create(
            new AsgiHeader("x-old", "caf\u00e9"), new AsgiHeader("cookie", "a=1"), new AsgiHeader("x-many", "1"), new AsgiHeader("cookie", "b=2"), new AsgiHeader("x-many", "2"));

        var body = await AnswerAsync(Get with { HttpVersion = "2", Headers = headers }, context => context.Response.WriteAsync(
            $"{context.Request.Headers["X-Old"]} {context.Request.Headers.Cookie.Count} {context.Request.Headers.Cookie} {context.Request.Headers["X-Many"].Count}"));

        Assert.Equal("café 1 a=1; b=2 2", body);
    }

    [Fact]
    public async Task TLS_features_tell_what_the_scope_tells()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var tls = AsgiValueMap.Empty
            .With("tls_version", 0x0304L)
            .With("cipher_suite", 0x1302L)
            .With("client_cert_chain", new AsgiValue.ListValue([certificate.ExportCertificatePem()]));
        var scope = Get with { Scheme = "https", Extensions = AsgiValueMap.Empty.With("tls", new AsgiValue.MapValue(tls)) };

        var body = await AnswerAsync(scope, context =>
        {
            var handshake = context.Features.GetRequiredFeature<ITlsHandshakeFeature>();
            Assert.Equal(SslProtocols.Tls13, handshake.Protocol);
            return context.Response.WriteAsync($"{context.Request.IsHttps} {handshake.NegotiatedCipherSuite} {context.Connection.ClientCertificate!.Subject}");
        });

        Assert.Equal("True TLS_AES_256_GCM_SHA384 CN=client", body);
        Assert.Equal("True", await AnswerAsync(Get, context => context.Response.WriteAsync(
            $"{context.Features.Get<ITlsConnectionFeature>() is null && context.Features.Get<ITlsHandshakeFeature>() is null}")));
    }

    [Fact]
    public async Task A_response_whose_length_is_known_takes_two_events()
    {
        await using var communicator = Communicate(Get, context =>
        {
            context.Response.ContentLength = 5;
            return context.Response.WriteAsync("hello");
        });

        var start = (HttpResponseStartEvent)await communicator.ReceiveOutputAsync(Deadline.Default);
        var body = (HttpResponseBodyEvent)await communicator.ReceiveOutputAsync(Deadline.Default);
        await communicator.WaitAsync(Deadline.Default);

        Assert.Equal(200, start.Status);
        Assert.Equal(("hello", false), (Encoding.ASCII.GetString(body.BodyOrDefault.Span), body.MoreBodyOrDefault));
        Assert.False(communicator.OutputQueue.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task The_disconnect_is_watched_for_only_when_somebody_looks(bool looks, int left)
    {
        await using var communicator = Communicate(Get, context =>
        {
            _ = looks && context.RequestAborted.IsCancellationRequested;
            return Task.CompletedTask;
        });

        await communicator.SendInputAsync(new HttpRequestEvent());
        await communicator.WaitAsync(Deadline.Default);

        Assert.Equal(left, communicator.InputQueue.Reader.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disconnect_cancels_the_request_also_behind_a_body_that_nobody_reads_to_its_end(bool hasBody)
    {
        var cancelled = new TaskCompletionSource();
        await using var communicator = Communicate(Get, async context =>
        {
            using var registration = context.RequestAborted.Register(cancelled.SetResult);
            await cancelled.Task.WithDeadline();
        });

        await communicator.SendInputAsync(new HttpRequestEvent { Body = hasBody ? "body"u8.ToArray() : null });
        await communicator.SendInputAsync(HttpDisconnectEvent.Instance);

        await cancelled.Task.WithDeadline();
    }

    [Fact]
    public async Task Without_the_extension_every_answer_to_a_handshake_is_a_close()
    {
        await using var communicator = Communicate(Socket, context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync("no");
        });

        await communicator.SendInputAsync(WebSocketConnectEvent.Instance);

        Assert.IsType<WebSocketCloseEvent>(await communicator.ReceiveOutputAsync(Deadline.Default));
        await communicator.WaitAsync(Deadline.Default);
        Assert.False(communicator.OutputQueue.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData("1.1", false)]
    [InlineData("2", true)]
    public async Task A_success_cannot_deny_a_handshake_of_HTTP_2(string version, bool isClose)
    {
        await using var communicator = Communicate(Socket with { HttpVersion = version, Extensions = Denial }, context => context.Response.WriteAsync("fine"));

        await communicator.SendInputAsync(WebSocketConnectEvent.Instance);
        var answer = await communicator.ReceiveOutputAsync(Deadline.Default);

        Assert.Equal(isClose, answer is WebSocketCloseEvent);
        Assert.Equal(isClose ? null : 200, (answer as WebSocketHttpResponseStartEvent)?.Status);
    }

    [Theory]
    [InlineData("1.1", "GET", 101)]
    [InlineData("2", "CONNECT", 200)]
    public async Task A_scope_without_the_handshakes_fields_is_accepted_by_the_middleware(string version, string method, int status)
    {
        await using var communicator = Communicate(Socket with { HttpVersion = version }, WithMiddleware(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols[1]);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"{context.Request.Method} {context.Response.StatusCode}"), WebSocketMessageType.Text, true, default);
        }));

        await communicator.SendInputAsync(WebSocketConnectEvent.Instance);

        Assert.Equal("b", ((WebSocketAcceptEvent)await communicator.ReceiveOutputAsync(Deadline.Default)).Subprotocol);
        Assert.Equal($"{method} {status}", ((WebSocketSendEvent)await communicator.ReceiveOutputAsync(Deadline.Default)).Text);
    }

    [Fact]
    public async Task Fragments_are_joined_up_to_the_limit()
    {
        await using var communicator = Communicate(
            Socket,
            WithMiddleware(async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await socket.SendAsync("12"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: false, default);
                await socket.SendAsync("34"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, default);
                await socket.SendAsync("123"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: false, default);
                await Assert.ThrowsAsync<InvalidOperationException>(() => socket.SendAsync("45"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: false, default));
                socket.Abort();
            }),
            new HttpContextApplicationOptions { MaxSentMessageBytes = 4 });

        await communicator.SendInputAsync(WebSocketConnectEvent.Instance);

        Assert.IsType<WebSocketAcceptEvent>(await communicator.ReceiveOutputAsync(Deadline.Default));
        Assert.Equal("1234"u8.ToArray(), ((WebSocketSendEvent)await communicator.ReceiveOutputAsync(Deadline.Default)).Bytes!.Value.ToArray());
        Assert.Equal(1011, ((WebSocketCloseEvent)await communicator.ReceiveOutputAsync(Deadline.Default)).Code);
        await Assert.ThrowsAsync<ClientDisconnectedException>(() => communicator.WaitAsync(Deadline.Default));
    }

    [Fact]
    public async Task Lifespan_is_answered_and_other_protocols_are_refused()
    {
        await using var lifespan = Communicate(new LifespanScope(), _ => Task.CompletedTask);
        await lifespan.SendInputAsync(LifespanStartupEvent.Instance);
        Assert.IsType<LifespanStartupCompleteEvent>(await lifespan.ReceiveOutputAsync(Deadline.Default));
        await lifespan.SendInputAsync(LifespanShutdownEvent.Instance);
        Assert.IsType<LifespanShutdownCompleteEvent>(await lifespan.ReceiveOutputAsync(Deadline.Default));

        await using var chat = Communicate(new CustomScope("chat"), _ => Task.CompletedTask);
        await Assert.ThrowsAsync<NotSupportedException>(() => chat.WaitAsync(Deadline.Default));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(_ => Task.CompletedTask, new HttpContextApplicationOptions { MaxRequestBodySize = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(_ => Task.CompletedTask, new HttpContextApplicationOptions { MaxSentMessageBytes = 0 }));
    }

    private static RequestDelegate WithMiddleware(RequestDelegate serve) =>
        new WebSocketMiddleware(serve, Options.Create(new WebSocketOptions()), NullLoggerFactory.Instance).Invoke;

    private static AsgiApplication Make(RequestDelegate serve, HttpContextApplicationOptions? options) =>
        HttpContextApplication.Create(new DelegateApplication(serve), options);

    private static ApplicationCommunicator Communicate(AsgiScope scope, RequestDelegate serve, HttpContextApplicationOptions? options = null) =>
        new(Make(serve, options), scope, new ApplicationCommunicatorOptions { DrainsBeforeFailure = true });

    private static async Task<string> AnswerAsync(HttpScope scope, RequestDelegate serve)
    {
        await using var communicator = Communicate(scope, serve);
        await communicator.SendInputAsync(new HttpRequestEvent());
        var start = (HttpResponseStartEvent)await communicator.ReceiveOutputAsync(Deadline.Default);
        Assert.Equal(200, start.Status);
        var body = new List<byte>();
        HttpResponseBodyEvent part;
        do
        {
            part = (HttpResponseBodyEvent)await communicator.ReceiveOutputAsync(Deadline.Default);
            body.AddRange(part.BodyOrDefault.Span);
        }
        while (part.MoreBodyOrDefault);

        await communicator.WaitAsync(Deadline.Default);
        return Encoding.UTF8.GetString([.. body]);
    }
}
