using System.Net;
using System.Net.WebSockets;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Bridge.Server.Tests.Http;

namespace Bridge.Server.Tests.WebSockets;

/// <summary>What the tests of the WebSocket front have in common: clients, raw frames, applications.</summary>
internal static class Sockets
{
    /// <summary>Connects a real client over HTTP/1.1, or over HTTP/2 in the clear.</summary>
    public static async Task<ClientWebSocket> OpenAsync(
        this FrontHost host, string path = "/", Action<ClientWebSocketOptions>? configure = null, bool http2 = false)
    {
        var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        client.Options.HttpVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        configure?.Invoke(client.Options);
        var address = http2 ? host.Http2 : host.Http1;
        try
        {
            await client.ConnectAsync(new Uri($"ws://127.0.0.1:{address.Port}{path}"), new HttpMessageInvoker(new SocketsHttpHandler()), CancellationToken.None)
                .WithDeadline();
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>A connection that has completed the handshake by hand and speaks frames.</summary>
    public static async Task<RawConnection> ConnectRawAsync(this FrontHost host, string headers = "")
    {
        var connection = await host.ConnectAsync();
        await connection.HandshakeAsync("/", headers);
        Assert.StartsWith("HTTP/1.1 101 ", await connection.ReadThroughAsync("\r\n\r\n"));
        return connection;
    }

    public static Task HandshakeAsync(this RawConnection connection, string target = "/", string headers = "") =>
        connection.RequestAsync(target, headers:
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + headers);

    /// <summary>Sends one masked frame.</summary>
    public static Task SendFrameAsync(this RawConnection connection, int opcode, ReadOnlyMemory<byte> payload, bool final = true, int rsv = 0) =>
        connection.SendAsync(Frame(opcode, payload.Span, final, rsv));

    public static byte[] Frame(int opcode, ReadOnlySpan<byte> payload, bool final = true, int rsv = 0)
    {
        var frame = new List<byte> { (byte)((final ? 0x80 : 0) | rsv | opcode) };
        switch (payload.Length)
        {
            case < 126:
                frame.Add((byte)(0x80 | payload.Length));
                break;
            case < 65536:
                frame.AddRange([0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length]);
                break;
            default:
                frame.Add(0x80 | 127);
                for (var shift = 56; shift >= 0; shift -= 8)
                {
                    frame.Add((byte)((long)payload.Length >> shift));
                }

                break;
        }

        byte[] mask = [1, 2, 3, 4];
        frame.AddRange(mask);
        for (var i = 0; i < payload.Length; i++)
        {
            frame.Add((byte)(payload[i] ^ mask[i % 4]));
        }

        return [.. frame];
    }

    /// <summary>The payload of a close frame.</summary>
    public static byte[] ClosePayload(int code, string reason = "") => [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)];

    /// <summary>Reads one frame of the server, which is not masked.</summary>
    public static async Task<(int Opcode, byte[] Payload)> ReadFrameAsync(this RawConnection connection)
    {
        var head = Encoding.Latin1.GetBytes(await connection.ReadExactlyAsync(2));
        long length = head[1];
        if (length > 125)
        {
            length = 0;
            foreach (var part in Encoding.Latin1.GetBytes(await connection.ReadExactlyAsync(head[1] == 126 ? 2 : 8)))
            {
                length = (length << 8) | part;
            }
        }

        return (head[0] & 0x0F, Encoding.Latin1.GetBytes(await connection.ReadExactlyAsync((int)length)));
    }

    public static async Task<string> ReceiveTextAsync(this ClientWebSocket client)
    {
        var (type, bytes) = await client.ReceiveMessageAsync();
        Assert.Equal(WebSocketMessageType.Text, type);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Reads a whole message, or the close.</summary>
    public static async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveMessageAsync(this ClientWebSocket client)
    {
        var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().WithDeadline();
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return (part.MessageType, message.ToArray());
            }
        }
    }

    public static Task SendTextAsync(this ClientWebSocket client, string text) =>
        client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None).WithDeadline();

    /// <summary>Takes the connect and accepts.</summary>
    public static async Task AcceptAsync(AsgiReceive receive, AsgiSend send, string? subprotocol = null)
    {
        Assert.IsType<WebSocketConnectEvent>(await receive());
        await send(new WebSocketAcceptEvent { Subprotocol = subprotocol });
    }

    /// <summary>Accepts, sends every message back, and hands out the disconnect.</summary>
    public static AsgiApplication Echo(TaskCompletionSource<WebSocketDisconnectEvent>? disconnect = null) => async (_, receive, send) =>
    {
        await AcceptAsync(receive, send);
        while (true)
        {
            switch (await receive())
            {
                case WebSocketReceiveEvent message:
                    await send(new WebSocketSendEvent { Text = message.Text, Bytes = message.Bytes });
                    break;
                case WebSocketDisconnectEvent gone:
                    disconnect?.SetResult(gone);
                    return;
            }
        }
    };

    /// <summary>Accepts and hands out the first disconnect, dropping messages.</summary>
    public static AsgiApplication Waiting(TaskCompletionSource<WebSocketDisconnectEvent> disconnect) => async (_, receive, send) =>
    {
        await AcceptAsync(receive, send);
        while (true)
        {
            if (await receive() is WebSocketDisconnectEvent gone)
            {
                disconnect.SetResult(gone);
                return;
            }
        }
    };
}
