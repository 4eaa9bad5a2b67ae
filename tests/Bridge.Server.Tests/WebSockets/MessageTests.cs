using System.Net.WebSockets;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Http;

namespace Bridge.Server.Tests.WebSockets;

public sealed class MessageTests
{
    private const int Text = 1;
    private const int Binary = 2;
    private const int Ping = 9;
    private const int Pong = 10;

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(false, 125)]
    [InlineData(false, 126)]
    [InlineData(false, 65_536)]
    [InlineData(false, 3_000_000)]
    [InlineData(true, 0)]
    [InlineData(true, 65_536)]
    [InlineData(true, 3_000_000)]
    [Covers("WS-28", "WS-29", "WS-32", "WS-33")]
    public async Task Bytes_come_back_as_they_were(bool http2, int length)
    {
        await using var host = await FrontHost.StartAsync(Sockets.Echo());
        using var client = await host.OpenAsync(http2: http2);
        var sent = new byte[length];
        new Random(length).NextBytes(sent);
        var sending = client.SendAsync(sent, WebSocketMessageType.Binary, true, CancellationToken.None);
        var (type, received) = await client.ReceiveMessageAsync();

        Assert.Equal(WebSocketMessageType.Binary, type);
        Assert.Equal(sent, received);
        await sending.WithDeadline();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("WS-30", "WS-31", "WS-34")]
    public async Task Text_comes_back_as_it_was(bool http2)
    {
        await using var host = await FrontHost.StartAsync(Sockets.Echo());
        using var client = await host.OpenAsync(http2: http2);
        foreach (var text in (string[])["", "a", "héllo 🎈", new string('é', 40_000)])
        {
            await client.SendTextAsync(text);
            Assert.Equal(text, await client.ReceiveTextAsync());
        }
    }

    [Fact]
    [Covers("WS-03", "KES-16")]
    public async Task Fragments_are_joined_even_inside_a_character()
    {
        await using var host = await FrontHost.StartAsync(Sockets.Echo());
        using var connection = await host.ConnectRawAsync();
        var text = Encoding.UTF8.GetBytes("a🎈b");
        await connection.SendFrameAsync(Text, text.AsMemory(0, 3), final: false);
        await connection.SendFrameAsync(Ping, "in between"u8.ToArray());
        await connection.SendFrameAsync(0, Array.Empty<byte>(), final: false);
        await connection.SendFrameAsync(0, text.AsMemory(3));

        var (pong, echoed) = await connection.ReadFrameAsync();
        Assert.Equal((Pong, "in between"), (pong, Encoding.UTF8.GetString(echoed)));
        var (opcode, payload) = await connection.ReadFrameAsync();
        Assert.Equal((Text, "a🎈b"), (opcode, Encoding.UTF8.GetString(payload)));
    }

    [Fact]
    [Covers("WS-02", "KES-17")]
    public async Task A_ping_is_answered_while_the_application_does_not_receive()
    {
        var go = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            await go.Task;
        });
        using var connection = await host.ConnectRawAsync();
        await connection.SendFrameAsync(Binary, "first"u8.ToArray());
        await connection.SendFrameAsync(Ping, "anyone?"u8.ToArray());
        var (opcode, payload) = await connection.ReadFrameAsync();
        go.SetResult();

        Assert.Equal((Pong, "anyone?"), (opcode, Encoding.UTF8.GetString(payload)));
    }

    [Fact]
    public async Task The_front_pings_a_silent_client_and_gives_up_one_that_does_not_answer()
    {
        var gone = new TaskCompletionSource<WebSocketDisconnectEvent>();
        await using var host = await FrontHost.StartAsync(
            Sockets.Waiting(gone),
            new() { ["Bridge:WebSockets:PingInterval"] = "00:00:00.05", ["Bridge:WebSockets:PingTimeout"] = "00:00:00.2" });
        using var connection = await host.ConnectRawAsync();
        var (opcode, _) = await connection.ReadFrameAsync();

        Assert.Equal(Ping, opcode);
        Assert.Equal(1006, (await gone.Task.WithDeadline()).Code);
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_with_1009()
    {
        var gone = new TaskCompletionSource<WebSocketDisconnectEvent>();
        await using var host = await FrontHost.StartAsync(Sockets.Echo(gone), new() { ["Bridge:WebSockets:MaxMessageBytes"] = "1000" });
        using var client = await host.OpenAsync();
        await client.SendAsync(new byte[1000], WebSocketMessageType.Binary, true, CancellationToken.None).WithDeadline();
        Assert.Equal(1000, (await client.ReceiveMessageAsync()).Bytes.Length);
        await client.SendAsync(new byte[1001], WebSocketMessageType.Binary, true, CancellationToken.None).WithDeadline();

        Assert.Equal(WebSocketMessageType.Close, (await client.ReceiveMessageAsync()).Type);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.CloseStatus);
        Assert.Equal(1009, (await gone.Task.WithDeadline()).Code);
        Assert.Equal(1, host.Metrics.CountOf(Limit.WebSocketMessageBytes));
    }

    [Theory]
    [InlineData(32, 1)]
    [InlineData(2, 60_000)]
    [Covers("GAP-19")]
    public async Task A_client_that_is_not_listened_to_is_held_back_at_the_limits_of_the_queue(int messages, int bytes)
    {
        var go = new TaskCompletionSource();
        var seen = new List<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            await go.Task;
            while (await receive() is WebSocketReceiveEvent message)
            {
                seen.Add(message);
            }
        });
        using var connection = await host.ConnectRawAsync();
        for (var i = 0; i < messages; i++)
        {
            await connection.SendFrameAsync(Binary, new byte[bytes]);
        }

        // The queue is full now: what comes next is not read, so nobody answers it.
        await connection.SendFrameAsync(Ping, "late"u8.ToArray());
        var answer = connection.ReadFrameAsync();
        await connection.SendFrameAsync(Binary, "last"u8.ToArray());
        Assert.False(answer.IsCompleted);
        go.SetResult();

        Assert.Equal(Pong, (await answer).Opcode);
        await connection.SendFrameAsync(8, Sockets.ClosePayload(1000));
        await host.App.NextEndingAsync();
        Assert.Equal(messages + 1, seen.Count);
        Assert.Equal("last"u8.ToArray(), ((WebSocketReceiveEvent)seen[^1]).Bytes!.Value.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Compression_is_negotiated_only_where_it_is_configured(bool configured)
    {
        await using var host = await FrontHost.StartAsync(
            Sockets.Echo(), new() { ["Bridge:WebSockets:Compression"] = configured.ToString() });
        using var client = await host.OpenAsync(configure: options => options.DangerousDeflateOptions = new WebSocketDeflateOptions());
        Assert.Equal(configured, client.HttpResponseHeaders!.ContainsKey("sec-websocket-extensions"));
        var text = new string('x', 100_000);
        await client.SendTextAsync(text);

        Assert.Equal(text, await client.ReceiveTextAsync());
        await client.SendTextAsync("");
        Assert.Equal("", await client.ReceiveTextAsync());
    }

    [Fact]
    public async Task The_limit_counts_what_a_compressed_message_becomes()
    {
        await using var host = await FrontHost.StartAsync(
            Sockets.Echo(),
            new() { ["Bridge:WebSockets:Compression"] = "true", ["Bridge:WebSockets:MaxMessageBytes"] = "100000" });
        using var client = await host.OpenAsync(configure: options => options.DangerousDeflateOptions = new WebSocketDeflateOptions());
        await client.SendTextAsync(new string('x', 100_001));

        Assert.Equal(WebSocketMessageType.Close, (await client.ReceiveMessageAsync()).Type);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.CloseStatus);
    }

    [Fact]
    [Covers("HTTP-46")]
    public async Task A_send_waits_for_a_client_that_does_not_read()
    {
        var sent = 0;
        var first = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            var block = new byte[1024 * 1024];
            for (var i = 0; i < 64; i++)
            {
                await send(new WebSocketSendEvent { Bytes = block });
                Interlocked.Increment(ref sent);
                first.TrySetResult();
            }
        });
        using var connection = await RawConnection.OpenAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, host.Http1.Port), receiveBuffer: 16 * 1024);
        await connection.HandshakeAsync();
        await connection.ReadThroughAsync("\r\n\r\n");
        await first.Task.WithDeadline();
        Assert.InRange(Volatile.Read(ref sent), 1, 63);
        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(1024 * 1024, (await connection.ReadFrameAsync()).Payload.Length);
        }
    }

    [Fact]
    [Covers("WS-41", "WS-40")]
    public async Task A_send_raises_once_the_client_has_closed()
    {
        var error = new TaskCompletionSource<Exception?>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            Assert.IsType<WebSocketDisconnectEvent>(await receive());
            error.SetResult(await Record.ExceptionAsync(async () => await send(new WebSocketSendEvent { Text = "too late" })));
        });
        using var connection = await host.ConnectRawAsync();
        await connection.SendFrameAsync(8, Sockets.ClosePayload(1000));

        Assert.IsType<ClientDisconnectedException>(await error.Task.WithDeadline());
        Assert.Empty(host.Log.Errors);
    }
}
