using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;

namespace Bridge.Protocol.Instances;

/// <summary>
/// What a driver may send after what: the counterpart of the rules that bind the application. Not safe for concurrent use.
/// </summary>
internal sealed class DriverRules(AsgiScope scope)
{
    private bool _opened;
    private bool _complete;

    /// <summary>Takes the next event, in order.</summary>
    /// <returns>True: it is the disconnect event of this scope, and nothing more follows.</returns>
    /// <exception cref="InvalidMessageException">The event is not legal here.</exception>
    public bool Take(AsgiEvent message) => (scope, message) switch
    {
        (HttpScope, HttpRequestEvent request) => TakeRequest(request),
        (HttpScope, HttpDisconnectEvent) => true,
        (WebSocketScope, WebSocketConnectEvent) => TakeConnect(),
        (WebSocketScope, WebSocketReceiveEvent) => TakeData(),
        (WebSocketScope, WebSocketDisconnectEvent) => true,
        (_, CustomEvent custom) => CustomDisconnect.Is(custom, scope),
        _ => throw new InvalidMessageException("event.kind", $"{message.Type} does not belong to a scope of type {scope.Type}."),
    };

    /// <summary>What a half-close means here: nothing, or the missing request of a driver that has no body to send.</summary>
    /// <exception cref="InvalidMessageException">The application would wait for ever for what is missing.</exception>
    public AsgiEvent? HalfClose() => scope switch
    {
        HttpScope when !_opened => new HttpRequestEvent(),
        HttpScope when !_complete => throw new InvalidMessageException(
            "http_request.more_body", "the driver half-closed the stream in the middle of the request body."),
        WebSocketScope when !_opened => throw new InvalidMessageException(
            "websocket_connect", "the driver half-closed the stream before it."),
        _ => null,
    };

    /// <summary>The disconnect event of a driver that left without one.</summary>
    public static AsgiEvent Lost(AsgiScope scope) => scope switch
    {
        HttpScope => HttpDisconnectEvent.Instance,
        WebSocketScope => new WebSocketDisconnectEvent { Code = 1006 },
        _ => CustomDisconnect.For(scope),
    };

    private bool TakeRequest(HttpRequestEvent request)
    {
        if (_complete)
        {
            throw new InvalidMessageException("http_request", "the request is already complete: the part before had no more_body.");
        }

        _opened = true;
        _complete = !request.MoreBodyOrDefault;
        return false;
    }

    private bool TakeConnect()
    {
        if (_opened)
        {
            throw new InvalidMessageException("websocket_connect", "it is sent once.");
        }

        _opened = true;
        return false;
    }

    private bool TakeData() => _opened
        ? false
        : throw new InvalidMessageException("websocket_receive", "websocket_connect comes first.");
}
