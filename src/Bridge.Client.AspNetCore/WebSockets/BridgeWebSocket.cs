using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Bridge.Client.AspNetCore.Requests;

namespace Bridge.Client.AspNetCore.WebSockets;

/// <summary>
/// A WebSocket over ASGI's events. Messages are whole on both sides: what the application sends in fragments is joined, what it
/// receives into a small buffer comes in pieces. One send and one receive at a time may be under way.
/// </summary>
internal sealed class BridgeWebSocket(
    RequestFeatures request, string? subprotocol, AsgiSend send, EventSource events, int maxSentMessageBytes) : WebSocket
{
    private readonly Lock _gate = new();
    private WebSocketState _state = WebSocketState.Open;
    private WebSocketCloseStatus? _closeStatus;
    private string? _closeStatusDescription;
    private ReadOnlyMemory<byte> _received;
    private WebSocketMessageType _receivedType;
    private bool _hasReceived;
    private ArrayBufferWriter<byte>? _fragments;

    public override WebSocketState State => _state;

    public override WebSocketCloseStatus? CloseStatus => _closeStatus;

    public override string? CloseStatusDescription => _closeStatusDescription;

    public override string? SubProtocol => subprotocol;

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ThrowUnless(WebSocketState.Open, WebSocketState.CloseSent);
        if (!_hasReceived)
        {
            var message = await NextAsync(cancellationToken).ConfigureAwait(false);
            if (message is not WebSocketReceiveEvent received)
            {
                return TakeClose((message as WebSocketDisconnectEvent)!);
            }

            _receivedType = received.Text is null ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
            _received = received.Text is { } text ? Encoding.UTF8.GetBytes(text) : received.Bytes.GetValueOrDefault();
            _hasReceived = true;
        }

        var count = Math.Min(buffer.Length, _received.Length);
        _received.Span[..count].CopyTo(buffer.Span);
        _received = _received[count..];
        _hasReceived = !_received.IsEmpty;
        return new ValueWebSocketReceiveResult(count, _receivedType, !_hasReceived);
    }

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
        return new WebSocketReceiveResult(result.Count, result.MessageType, result.EndOfMessage, _closeStatus, _closeStatusDescription);
    }

    public override Task SendAsync(
        ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(buffer.AsMemory(), messageType, endOfMessage, cancellationToken).AsTask();

    public override ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        if (messageType is not (WebSocketMessageType.Text or WebSocketMessageType.Binary))
        {
            throw new ArgumentException($"A message is text or binary, not {messageType}.", nameof(messageType));
        }

        ThrowUnless(WebSocketState.Open, WebSocketState.CloseReceived);
        if (_fragments is { WrittenCount: > 0 } || !endOfMessage)
        {
            buffer = Join(buffer, endOfMessage);
            if (!endOfMessage)
            {
                return ValueTask.CompletedTask;
            }
        }

        return SendAsync(
            messageType == WebSocketMessageType.Text
                ? new WebSocketSendEvent { Text = Encoding.UTF8.GetString(buffer.Span) }
                : new WebSocketSendEvent { Bytes = buffer },
            cancellationToken);
    }

    public override ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, WebSocketMessageFlags messageFlags, CancellationToken cancellationToken) =>
        SendAsync(buffer, messageType, messageFlags.HasFlag(WebSocketMessageFlags.EndOfMessage), cancellationToken);

    /// <summary>
    /// Sends the close and waits for nobody: the bridge sees to the client's half, and the rest of what the client says is dropped.
    /// </summary>
    public override async Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        await CloseOutputAsync(closeStatus, statusDescription, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_state == WebSocketState.CloseSent)
            {
                _state = WebSocketState.Closed;
                _closeStatus ??= closeStatus;
                _closeStatusDescription ??= statusDescription;
            }
        }
    }

    public override async Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        var close = CloseEvent.Make(closeStatus, statusDescription);
        lock (_gate)
        {
            if (_state is WebSocketState.CloseSent or WebSocketState.Closed)
            {
                return;
            }

            ThrowUnless(WebSocketState.Open, WebSocketState.CloseReceived);
            if (_state == WebSocketState.CloseReceived)
            {
                // The bridge has answered the client's close already.
                _state = WebSocketState.Closed;
                return;
            }

            _state = WebSocketState.CloseSent;
        }

        await SendAsync(close, cancellationToken).ConfigureAwait(false);
    }

    public override void Abort()
    {
        if (_state is not (WebSocketState.Closed or WebSocketState.Aborted))
        {
            _state = WebSocketState.Aborted;
            request.Abort();
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            if (_state is not (WebSocketState.Closed or WebSocketState.Aborted))
            {
                _state = WebSocketState.Closed;
            }
        }
    }

    /// <summary>ASGI cannot cut a connection: the client is told that something went wrong.</summary>
    public void CloseAfterAbort()
    {
        _state = WebSocketState.Aborted;
        _ = CloseQuietlyAsync();
    }

    private async Task CloseQuietlyAsync()
    {
        try
        {
            await send(new WebSocketCloseEvent { Code = (int)WebSocketCloseStatus.InternalServerError }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException)
        {
            // It is gone, which is what was wanted.
        }
    }

    private async ValueTask<AsgiEvent> NextAsync(CancellationToken cancellationToken)
    {
        AsgiEvent? message;
        while (!events.TryTake(out message))
        {
            try
            {
                await events.PeekAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // As on Kestrel: a receive that is given up costs the socket.
                Abort();
                throw;
            }
        }

        return message;
    }

    private ValueWebSocketReceiveResult TakeClose(WebSocketDisconnectEvent close)
    {
        const int Lost = 1006;
        const int NoCode = 1005;
        lock (_gate)
        {
            if (close.CodeOrDefault == Lost)
            {
                _state = WebSocketState.Aborted;
                throw new WebSocketException(
                    WebSocketError.ConnectionClosedPrematurely, "The client closed the WebSocket connection without completing the close handshake.");
            }

            // A close frame without a code counts as a normal one in System.Net.WebSockets.
            _closeStatus = close.CodeOrDefault == NoCode ? WebSocketCloseStatus.NormalClosure : (WebSocketCloseStatus)close.CodeOrDefault;
            _closeStatusDescription = close.ReasonOrDefault;
            _state = _state == WebSocketState.CloseSent ? WebSocketState.Closed : WebSocketState.CloseReceived;
        }

        return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, endOfMessage: true);
    }

    private async ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken)
    {
        using var either = cancellationToken.CanBeCanceled && cancellationToken != request.AbortedToken
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.AbortedToken)
            : null;
        try
        {
            await send(message, either?.Token ?? request.AbortedToken).ConfigureAwait(false);
        }
        catch (ClientDisconnectedException error)
        {
            if (_state == WebSocketState.Open)
            {
                _state = WebSocketState.Aborted;
            }

            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, error);
        }
        catch (OperationCanceledException)
        {
            Abort();
            throw;
        }
        finally
        {
            _fragments?.ResetWrittenCount();
        }
    }

    private ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> fragment, bool isLast)
    {
        _fragments ??= new ArrayBufferWriter<byte>();
        if (_fragments.WrittenCount + (long)fragment.Length > maxSentMessageBytes)
        {
            throw new InvalidOperationException(
                $"The message is larger than {maxSentMessageBytes} bytes ({nameof(HttpContextApplicationOptions.MaxSentMessageBytes)}).");
        }

        _fragments.Write(fragment.Span);
        return isLast ? _fragments.WrittenMemory : default;
    }

    private void ThrowUnless(WebSocketState one, WebSocketState other)
    {
        var state = _state;
        if (state != one && state != other)
        {
            throw new WebSocketException(
                WebSocketError.InvalidState, $"The WebSocket is in an invalid state ('{state}') for this operation. Valid states are: '{one}, {other}'.");
        }
    }
}
