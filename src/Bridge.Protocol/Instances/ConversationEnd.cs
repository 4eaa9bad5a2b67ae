using Asgiref.Core.Events;

namespace Bridge.Protocol.Instances;

/// <summary>Finds the event with which an application completes its side. Not safe for concurrent use.</summary>
internal sealed class ConversationEnd
{
    private bool _trailers;
    private bool _accepted;

    /// <summary>
    /// Takes the next event that the application sent. When it is the last one, gives the disconnect event that answers the
    /// application's next <c>receive</c> (HTTP-49, WS-36): a driver need not send one after a complete response.
    /// </summary>
    public AsgiEvent? Take(AsgiEvent message)
    {
        switch (message)
        {
            case HttpResponseStartEvent start:
                _trailers = start.TrailersOrDefault;
                return null;
            case WebSocketAcceptEvent:
                _accepted = true;
                return null;
            case HttpResponseBodyEvent { MoreBodyOrDefault: false } or HttpResponsePathSendEvent when !_trailers:
            case HttpResponseTrailersEvent { MoreTrailersOrDefault: false }:
                return HttpDisconnectEvent.Instance;
            case WebSocketCloseEvent close when _accepted:
                return new WebSocketDisconnectEvent { Code = close.CodeOrDefault, Reason = close.Reason };
            case WebSocketCloseEvent or WebSocketHttpResponseBodyEvent { MoreBodyOrDefault: false }:
                return new WebSocketDisconnectEvent { Code = 1006 };
            default:
                return null;
        }
    }
}
