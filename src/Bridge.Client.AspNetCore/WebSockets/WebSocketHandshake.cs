using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Client.AspNetCore.Requests;
using Bridge.Client.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.WebSockets;

/// <summary>
/// The handshake of a websocket scope. It shows itself as the connection that the platform's WebSocket middleware looks for, and
/// takes the place of the framing that the middleware would put on it.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The socket is the application's to dispose.")]
internal sealed class WebSocketHandshake(
    RequestFeatures request, WebSocketScope scope, AsgiSend send, EventSource events, int maxSentMessageBytes)
    : IHttpWebSocketFeature, IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private const string NoRawConnection =
        "The bridge carries WebSocket messages, not the bytes of the connection: accept the WebSocket instead.";

    private BridgeWebSocket? _socket;

    /// <summary>Whether the socket is open, or was.</summary>
    public bool IsAccepted => _socket is not null;

    public bool IsWebSocketRequest => true;

    public bool IsUpgradableRequest => !IsExtendedConnect;

    /// <summary>Over HTTP/2 the handshake is an extended CONNECT (RFC 8441), as on Kestrel.</summary>
    public bool IsExtendedConnect => scope.HttpVersionOrDefault is not "1.1";

    public string? Protocol => IsExtendedConnect ? "websocket" : null;

    public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context)
    {
        if (_socket is not null || request.Response.HasStarted)
        {
            throw new InvalidOperationException("The WebSocket has been accepted, or the handshake answered with a response, already.");
        }

        await request.Response.RunOnStartingAsync().ConfigureAwait(false);
        var accept = new WebSocketAcceptEvent
        {
            Subprotocol = context.SubProtocol,
            Headers = ResponseHeaders.Convert(request.Response.Headers, isHandshake: true),
        };
        try
        {
            await send(accept).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ClientDisconnectedException or OperationCanceledException)
        {
            request.ClientLeft();
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, "The client left during the handshake.", error);
        }

        request.Response.MarkUpgraded(IsExtendedConnect ? StatusCodes.Status200OK : StatusCodes.Status101SwitchingProtocols);
        return _socket = new BridgeWebSocket(request, context.SubProtocol, send, events, maxSentMessageBytes);
    }

    /// <summary>Tells the client that the application has let go of it.</summary>
    public void CloseAfterAbort() => _socket?.CloseAfterAbort();

    public Task<Stream> UpgradeAsync() => throw new NotSupportedException(NoRawConnection);

    ValueTask<Stream> IHttpExtendedConnectFeature.AcceptAsync() => throw new NotSupportedException(NoRawConnection);
}
