using System.Globalization;
using System.Net;
using System.Net.WebSockets;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>A WebSocket: a connection of HTTP/1.1 of its own, or a stream on a connection of HTTP/2 that others share (RFC 8441).</summary>
internal sealed class SocketConversation(Field field, string id, Point point, bool http2 = false) : Conversation(field, id, point)
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _leaving = new();
    private Task? _connecting;

    public override async Task ReachAsync()
    {
        _socket.Options.CollectHttpResponseDetails = true;
        var accept = Point == Point.Beginning ? "&accept=no" : "";
        if (http2)
        {
            _socket.Options.HttpVersion = HttpVersion.Version20;
            _socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        _connecting = _socket.ConnectAsync(Field.SocketUrl($"talk{Query}{accept}", http2), http2 ? Field.Http : null, _leaving.Token);
        await UntilSaidAsync("began");
        if (Point == Point.Beginning)
        {
            return;
        }

        await _connecting.WithDeadline();
        await UntilSaidAsync("accepted");
        if (Point == Point.Asked)
        {
            await _socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(Id), WebSocketMessageType.Text, true, CancellationToken.None).WithDeadline();
            await UntilHeardAsync();
        }
        else if (Point == Point.Flooded)
        {
            await UntilSaidAsync("flooding");
        }
    }

    public override void Leave()
    {
        _leaving.Cancel();
        _socket.Abort();
    }

    /// <summary>Says goodbye, as the protocol wants it.</summary>
    public Task CloseAsync() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).WithDeadline();

    public override async Task<string> OutcomeAsync()
    {
        try
        {
            await _connecting!.WithDeadline();
            var buffer = new byte[64 * 1024];
            ValueWebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).WithDeadline();
            }
            while (part.MessageType != WebSocketMessageType.Close);
            if (_socket.State == WebSocketState.CloseReceived)
            {
                await CloseAsync();
            }

            return ((int)_socket.CloseStatus!).ToString(CultureInfo.InvariantCulture);
        }
        catch (WebSocketException) when (_socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols or HttpStatusCode.OK))
        {
            return ((int)_socket.HttpStatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (WebSocketException)
        {
            return _connecting!.IsCompletedSuccessfully ? "aborted" : "none";
        }
    }

    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _leaving.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Other sockets of the room say something too.</summary>
    private async Task UntilHeardAsync()
    {
        var buffer = new byte[100];
        string heard;
        do
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).WithDeadline();
            heard = System.Text.Encoding.ASCII.GetString(buffer, 0, part.Count);
        }
        while (heard != Id);
    }
}
