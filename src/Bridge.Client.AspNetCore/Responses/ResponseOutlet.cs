using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace Bridge.Client.AspNetCore.Responses;

/// <summary>How a response goes out: with the events of the scope's protocol.</summary>
internal abstract class ResponseOutlet(AsgiSend send)
{
    protected AsgiSend Send => send;

    /// <summary>Whether trailers can follow the body.</summary>
    public virtual bool OffersTrailers => false;

    public static ResponseOutlet For(ConnectionScope scope, AsgiSend send) => scope switch
    {
        HttpScope http => new HttpOutlet(http, send),
        _ when scope.Extensions.ContainsKey("websocket.http.response") => new DenialOutlet((WebSocketScope)scope, send),
        _ => new RefusalOutlet(send),
    };

    public abstract ValueTask StartAsync(int status, AsgiHeaders headers, bool trailers);

    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> body, bool moreBody, CancellationToken cancellationToken);

    public virtual ValueTask SendTrailersAsync(AsgiHeaders trailers) => throw new NotSupportedException();

    private sealed class HttpOutlet(HttpScope scope, AsgiSend send) : ResponseOutlet(send)
    {
        public override bool OffersTrailers => scope.Extensions.ContainsKey(HttpResponseTrailersEvent.TypeName);

        public override ValueTask StartAsync(int status, AsgiHeaders headers, bool trailers) =>
            Send(new HttpResponseStartEvent { Status = status, Headers = headers, Trailers = trailers ? true : null });

        public override ValueTask SendAsync(ReadOnlyMemory<byte> body, bool moreBody, CancellationToken cancellationToken) =>
            Send(new HttpResponseBodyEvent { Body = body, MoreBody = moreBody }, cancellationToken);

        public override ValueTask SendTrailersAsync(AsgiHeaders trailers) => Send(new HttpResponseTrailersEvent { Headers = trailers });
    }

    /// <summary>A WebSocket handshake that is answered with an ordinary response (EXT-01).</summary>
    private sealed class DenialOutlet(WebSocketScope scope, AsgiSend send) : ResponseOutlet(send)
    {
        private bool _refused;

        public override ValueTask StartAsync(int status, AsgiHeaders headers, bool trailers)
        {
            // In HTTP/2 a status of 200 to 299 would open the socket (RFC 8441).
            _refused = status is >= 200 and < 300 && scope.HttpVersionOrDefault is "2" or "3";
            return _refused
                ? Send(new WebSocketCloseEvent())
                : Send(new WebSocketHttpResponseStartEvent { Status = status, Headers = headers });
        }

        public override ValueTask SendAsync(ReadOnlyMemory<byte> body, bool moreBody, CancellationToken cancellationToken) =>
            _refused
                ? ValueTask.CompletedTask
                : Send(new WebSocketHttpResponseBodyEvent { Body = body, MoreBody = moreBody }, cancellationToken);
    }

    /// <summary>A handshake that can only be refused: 403, whatever the application says (WS-45).</summary>
    private sealed class RefusalOutlet(AsgiSend send) : ResponseOutlet(send)
    {
        public override ValueTask StartAsync(int status, AsgiHeaders headers, bool trailers) => Send(new WebSocketCloseEvent());

        public override ValueTask SendAsync(ReadOnlyMemory<byte> body, bool moreBody, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
