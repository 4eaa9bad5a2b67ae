using System.Net;
using System.Net.WebSockets;
using System.Text;
using Bridge.Client.AspNetCore.Tests.Hosts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>WebSockets with the platform's own client at the other end.</summary>
public abstract partial class OrdinaryApplicationTests
{
    private const string Handshake =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

    [Theory]
    [InlineData(WebSocketMessageType.Text, 0, false)]
    [InlineData(WebSocketMessageType.Text, 5, false)]
    [InlineData(WebSocketMessageType.Binary, 100_000, false)]
    [InlineData(WebSocketMessageType.Text, 1_000_000, false)]
    [InlineData(WebSocketMessageType.Binary, 100_000, true)]
    public async Task Messages_are_echoed(WebSocketMessageType type, int length, bool isHttp2)
    {
        await using var served = await ServeSocketAsync(async socket =>
        {
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer.AsMemory(), default) is { MessageType: not WebSocketMessageType.Close } result)
            {
                await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, default);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
        });
        using var client = await ConnectAsync(served, isHttp2: isHttp2);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26)))));

        await client.SendAsync(text.AsMemory(0, length / 2), type, endOfMessage: false, default);
        await client.SendAsync(text.AsMemory(length / 2), type, endOfMessage: true, default);
        var (echoed, echoedType) = await ReceiveAsync(client);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", default).WithDeadline();

        Assert.Equal(text, echoed);
        Assert.Equal(type, echoedType);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task Text_outside_ASCII_keeps_its_bytes_over_small_buffers()
    {
        await using var served = await ServeSocketAsync(async socket =>
        {
            var buffer = new byte[1];
            var all = new List<byte>();
            ValueWebSocketReceiveResult result;
            do
            {
                result = await socket.ReceiveAsync(buffer.AsMemory(), default);
                all.AddRange(buffer[..result.Count]);
            }
            while (!result.EndOfMessage);

            await socket.SendAsync(all.ToArray(), result.MessageType, true, default);
        });
        using var client = await ConnectAsync(served);

        await client.SendAsync("žluťoučký 🐎"u8.ToArray(), WebSocketMessageType.Text, true, default);

        Assert.Equal("žluťoučký 🐎", Encoding.UTF8.GetString((await ReceiveAsync(client)).Message));
    }

    [Fact]
    public async Task A_read_of_no_bytes_waits_for_a_message_and_leaves_it()
    {
        await using var served = await ServeSocketAsync(async socket =>
        {
            var first = await socket.ReceiveAsync(Memory<byte>.Empty, default);
            var buffer = new byte[10];
            var second = await socket.ReceiveAsync(buffer.AsMemory(), default);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"{first.Count} {first.EndOfMessage} {second.Count} {second.EndOfMessage}"), WebSocketMessageType.Text, true, default);
        });
        using var client = await ConnectAsync(served);

        await client.SendAsync("abc"u8.ToArray(), WebSocketMessageType.Text, true, default);

        Assert.Equal("0 False 3 True", Encoding.ASCII.GetString((await ReceiveAsync(client)).Message));
    }

    [Fact]
    public async Task The_applications_close_arrives_with_code_and_reason()
    {
        var state = Signal<WebSocketState>();
        await using var served = await ServeSocketAsync(async socket =>
        {
            await socket.CloseAsync((WebSocketCloseStatus)4321, "enough", default);
            state.SetResult(socket.State);
        });
        using var client = await ConnectAsync(served);

        var result = await client.ReceiveAsync(new byte[10].AsMemory(), default).AsTask().WithDeadline();
        await client.CloseAsync((WebSocketCloseStatus)4321, "too", default).WithDeadline();

        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        Assert.Equal(((WebSocketCloseStatus)4321, "enough"), (client.CloseStatus!.Value, client.CloseStatusDescription));
        Assert.Equal(WebSocketState.Closed, await state.Task.WithDeadline());
    }

    [Theory]
    [InlineData(3456, "leaving")]
    [InlineData(1000, "")]
    public async Task The_clients_close_arrives_with_code_and_reason(int code, string reason)
    {
        var seen = Signal<string>();
        await using var served = await ServeSocketAsync(async socket =>
        {
            var result = await socket.ReceiveAsync(new byte[10].AsMemory(), default);
            var before = socket.State;
            await socket.CloseOutputAsync(socket.CloseStatus!.Value, "answer", default);
            seen.SetResult($"{result.MessageType} {(int)socket.CloseStatus} {socket.CloseStatusDescription} {before} {socket.State}");
        });
        using var client = await ConnectAsync(served);

        await client.CloseAsync((WebSocketCloseStatus)code, reason, default).WithDeadline();

        Assert.Equal($"Close {code} {reason} CloseReceived Closed", await seen.Task.WithDeadline());
    }

    [Fact]
    public async Task A_client_that_vanishes_raises_in_a_receive_and_cancels_the_request()
    {
        var failure = Signal<Exception?>();
        var cancelled = Signal();
        await using var served = await ServeAsync(app =>
        {
            app.UseWebSockets();
            app.Run(async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                using var registration = context.RequestAborted.Register(cancelled.SetResult);
                failure.SetResult(await Record.ExceptionAsync(() => socket.ReceiveAsync(new byte[10].AsMemory(), default).AsTask()));
                await cancelled.Task.WithDeadline();
            });
        });
        using var connection = await served.ConnectAsync();

        await connection.RequestAsync(headers: Handshake);
        await connection.ReadThroughAsync("\r\n\r\n");
        connection.Reset();

        Assert.IsAssignableFrom<Exception>(await failure.Task.WithDeadline());
        await cancelled.Task.WithDeadline();
        Assert.Empty(served.Errors);
    }

    [Fact]
    public async Task An_abort_by_the_application_ends_the_socket_of_the_client()
    {
        var seen = Signal();
        await using var served = await ServeSocketAsync(async socket =>
        {
            await socket.ReceiveAsync(new byte[10].AsMemory(), default);
            socket.Abort();
            await seen.Task.WithDeadline();
        });
        using var client = await ConnectAsync(served);
        await client.SendAsync("go"u8.ToArray(), WebSocketMessageType.Text, true, default);

        var failure = await Record.ExceptionAsync(() => client.ReceiveAsync(new byte[10].AsMemory(), default).AsTask().WithDeadline());
        seen.SetResult();

        Assert.True(failure is WebSocketException || client.CloseStatus == WebSocketCloseStatus.InternalServerError, $"{failure} {client.CloseStatus}");
    }

    [Fact]
    public async Task A_receive_that_is_given_up_aborts_the_socket()
    {
        var seen = Signal<string>();
        await using var served = await ServeSocketAsync(async socket =>
        {
            await socket.ReceiveAsync(new byte[10].AsMemory(), default);
            using var giveUp = new CancellationTokenSource();
            var receiving = socket.ReceiveAsync(new byte[10].AsMemory(), giveUp.Token).AsTask();
            await giveUp.CancelAsync();
            var failure = await Record.ExceptionAsync(() => receiving);
            seen.SetResult($"{failure is OperationCanceledException} {socket.State}");
        });
        using var client = await ConnectAsync(served);
        await client.SendAsync("go"u8.ToArray(), WebSocketMessageType.Text, true, default);

        Assert.Equal("True Aborted", await seen.Task.WithDeadline());
    }

    [Fact]
    public async Task Subprotocol_and_fields_of_the_handshake_are_negotiated()
    {
        await using var served = await ServeAsync(app =>
        {
            app.UseWebSockets();
            app.Run(async context =>
            {
                context.Response.Headers["X-Own"] = string.Join(',', context.WebSockets.WebSocketRequestedProtocols);
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers["X-Starting"] = "yes";
                    return Task.CompletedTask;
                });
                using var socket = await context.WebSockets.AcceptWebSocketAsync("two");
                Assert.True(context.Response.HasStarted);
                Assert.Equal(101, context.Response.StatusCode);
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.Response.WriteAsync("no"));
                await socket.SendAsync(Encoding.ASCII.GetBytes(socket.SubProtocol!), WebSocketMessageType.Text, true, default);
            });
        });
        using var client = await ConnectAsync(served, options =>
        {
            options.AddSubProtocol("one");
            options.AddSubProtocol("two");
            options.CollectHttpResponseDetails = true;
        });

        Assert.Equal("two", Encoding.ASCII.GetString((await ReceiveAsync(client)).Message));
        Assert.Equal("two", client.SubProtocol);
        Assert.Equal("one,two", client.HttpResponseHeaders!["X-Own"].Single());
        Assert.Equal("yes", client.HttpResponseHeaders["X-Starting"].Single());
        Assert.Empty(served.Errors);
    }

    [Fact]
    public async Task A_handshake_may_be_answered_with_an_ordinary_response()
    {
        await using var served = await ServeAsync(app =>
        {
            app.UseWebSockets();
            app.Run(context =>
            {
                context.Response.StatusCode = context.WebSockets.IsWebSocketRequest ? 401 : 200;
                context.Response.Headers["X-Own"] = "1";
                return context.Response.WriteAsync("who are you?");
            });
        });

        using var connection = await served.ConnectAsync();

        await connection.RequestAsync(headers: Handshake);
        var answer = await connection.ReadAsync();

        Assert.Equal((401, "1", "who are you?"), (answer.Status, answer.Header("X-Own"), answer.Body));
    }

    [Fact]
    public async Task The_middlewares_origin_check_holds()
    {
        await using var served = await ServeAsync(app =>
        {
            var options = new WebSocketOptions();
            options.AllowedOrigins.Add("https://good.example");
            app.UseWebSockets(options);
            app.Run(async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", default);
            });
        });
        using var good = await ConnectAsync(served, options => options.SetRequestHeader("Origin", "https://good.example"));

        var error = await Assert.ThrowsAsync<WebSocketException>(
            () => ConnectAsync(served, options => options.SetRequestHeader("Origin", "https://evil.example")));

        Assert.Contains("403", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_middleware_there_are_no_WebSockets()
    {
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            context.Response.StatusCode = context.WebSockets.IsWebSocketRequest ? 500 : 418;
            return Task.CompletedTask;
        }));

        var error = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(served));

        Assert.Contains("418", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_closes_and_messages_raise_without_harm()
    {
        await using var served = await ServeSocketAsync(async socket =>
        {
            await Assert.ThrowsAsync<ArgumentException>(() => socket.CloseAsync((WebSocketCloseStatus)1006, "", default));
            await Assert.ThrowsAsync<ArgumentException>(() => socket.CloseAsync((WebSocketCloseStatus)999, "", default));
            await Assert.ThrowsAsync<ArgumentException>(() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, new string('x', 124), default));
            await Assert.ThrowsAsync<ArgumentException>(() => socket.SendAsync(new byte[1], WebSocketMessageType.Close, true, default));
            await socket.SendAsync("still open"u8.ToArray(), WebSocketMessageType.Text, true, default);
        });
        using var client = await ConnectAsync(served);

        Assert.Equal("still open", Encoding.ASCII.GetString((await ReceiveAsync(client)).Message));
    }

    private Task<ServedApplication> ServeSocketAsync(Func<WebSocket, Task> serve) => ServeAsync(app =>
    {
        app.UseWebSockets();
        app.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await serve(socket);
        });
    });

    private static async Task<ClientWebSocket> ConnectAsync(
        ServedApplication served, Action<ClientWebSocketOptions>? configure = null, bool isHttp2 = false)
    {
        var client = new ClientWebSocket();
        configure?.Invoke(client.Options);
        if (isHttp2)
        {
            client.Options.HttpVersion = HttpVersion.Version20;
            client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            await client.ConnectAsync(new UriBuilder(served.Http2) { Scheme = "ws" }.Uri, new HttpMessageInvoker(new SocketsHttpHandler()), default).WithDeadline();
        }
        else
        {
            await client.ConnectAsync(served.Socket("/"), default).WithDeadline();
        }

        return client;
    }

    private static async Task<(byte[] Message, WebSocketMessageType Type)> ReceiveAsync(ClientWebSocket client)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult result;
        do
        {
            result = await client.ReceiveAsync(buffer.AsMemory(), default).AsTask().WithDeadline();
            message.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);

        return (message.ToArray(), result.MessageType);
    }
}
