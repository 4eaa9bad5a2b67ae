using System.Net.WebSockets;

namespace Bridge.Bench;

/// <summary>WebSockets that stay open; on each, a message of 100 bytes waits for its echo before the next one goes.</summary>
internal static class SocketLoad
{
    public static Task<double> EchoesAsync(Uri url, int sockets, TimeSpan time) => StreamLoad.MeasureAsync(sockets, time, async hasTime =>
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(url) { Scheme = "ws" }.Uri, CancellationToken.None);
        var message = new byte[100];
        var buffer = new byte[200];
        long count = 0;
        while (hasTime())
        {
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            count += received is { Count: 100, EndOfMessage: true } ? 1 : throw new InvalidOperationException($"The echo sent {received.Count} bytes.");
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        return count;
    });
}
