using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;

namespace Bridge.Server.WebSockets;

/// <summary>
/// An accepted WebSocket. It always reads, so that pings are answered (WS-02), until the queue of what the application
/// has not taken is full. One send at a time; the close may come at any time from anywhere, and only the first one goes out.
/// </summary>
internal sealed class OpenSocket(
    WebSocket socket, ObservedStream connection, ReceiveQueue inbox, WebSocketFrontOptions options, BridgeMetrics metrics) : IDisposable
{
    private readonly MessageReader _messages = new(socket, options.MaxMessageBytes);
    private Task _reading = Task.CompletedTask;
    private Task _unfinished = Task.CompletedTask;
    private int _closing;

    /// <summary>Begins to read.</summary>
    /// <param name="closed">Called once, when nothing more comes from the client.</param>
    public void Start(Action closed) => _reading = ReadAsync(closed);

    /// <summary>Waits until the connection has taken a message, which it does as fast as the client reads (HTTP-46).</summary>
    /// <exception cref="ClientDisconnectedException">The socket is closed or lost (WS-41).</exception>
    public async ValueTask SendAsync(WebSocketSendEvent message, CancellationToken cancellationToken)
    {
        if (!_unfinished.IsCompleted)
        {
            await _unfinished.WaitAsync(cancellationToken);
        }

        var sending = message.Text is { } text
            ? SendTextAsync(text)
            : socket.SendAsync(message.Bytes!.Value, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        try
        {
            if (sending.IsCompletedSuccessfully)
            {
                sending.GetAwaiter().GetResult();
            }
            else
            {
                await WaitAsync(sending.AsTask(), cancellationToken);
            }
        }
        catch (Exception error) when (IsEndOfConnection(error))
        {
            throw new ClientDisconnectedException("The WebSocket is closed.", error);
        }
    }

    /// <summary>Sends the close frame, unless one has gone out or the connection is lost.</summary>
    public async ValueTask CloseAsync(int code, string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        try
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        }
        catch (Exception error) when (IsEndOfConnection(error))
        {
            // The client has gone, so there is nobody to tell; the reading says so to the application.
        }
    }

    /// <summary>Waits for the client's half of the close, up to the limit, and lets go of the connection.</summary>
    public async Task FinishAsync(TimeProvider clock)
    {
        try
        {
            await Task.WhenAll(_reading, _unfinished.ContinueWith(_ => { }, TaskScheduler.Default)).WaitAsync(options.CloseTimeout, clock);
        }
        catch (TimeoutException)
        {
            metrics.Reached(Limit.WebSocketCloseTime);
        }

        socket.Abort();
        await _reading;
    }

    public void Dispose() => socket.Dispose();

    private async Task ReadAsync(Action closed)
    {
        try
        {
            while (await _messages.ReadAsync() is var (message, bytes))
            {
                await inbox.AddAsync(message, bytes);
            }

            var code = connection.HasSeenEmptyClose ? CloseCode.None : (int)socket.CloseStatus!.Value;
            inbox.Finish(new WebSocketDisconnectEvent { Code = code, Reason = socket.CloseStatusDescription ?? "" });
            closed();

            // The platform cannot send a close frame without a code: it would put 1005 into it.
            await CloseAsync(code == CloseCode.None ? CloseCode.Normal : code, "");
        }
        catch (MessageTooLargeException)
        {
            metrics.Reached(Limit.WebSocketMessageBytes);
            const string reason = "The message is too large.";
            inbox.Finish(new WebSocketDisconnectEvent { Code = CloseCode.TooLarge, Reason = reason });
            closed();
            await CloseAsync(CloseCode.TooLarge, reason);
            await DiscardAsync();
        }
        catch (Exception error) when (IsEndOfConnection(error))
        {
            // A client that breaks the protocol has been told so by the platform (KES-13); one that has gone, nothing.
            var broke = Volatile.Read(ref _closing) == 0 && connection.SentCloseCode is not null;
            inbox.Finish(new WebSocketDisconnectEvent { Code = broke ? connection.SentCloseCode : CloseCode.Lost, Reason = "" });
            closed();
        }
    }

    private async Task DiscardAsync()
    {
        try
        {
            await _messages.DiscardAsync();
        }
        catch (Exception error) when (IsEndOfConnection(error))
        {
            // Which is what was waited for.
        }
    }

    private async ValueTask SendTextAsync(string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(text, buffer);
            await socket.SendAsync(
                buffer.AsMemory(0, length), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A caller's token gives up the wait, not the frame, which would cut the connection; the next send waits for it.</summary>
    private async ValueTask WaitAsync(Task sending, CancellationToken cancellationToken)
    {
        try
        {
            await sending.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!sending.IsCompleted)
        {
            _unfinished = sending;
            throw;
        }
    }

    private static bool IsEndOfConnection(Exception error) =>
        error is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException
        || (error is OperationCanceledException cancelled && !cancelled.CancellationToken.CanBeCanceled);
}
