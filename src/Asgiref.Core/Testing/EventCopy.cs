using Asgiref.Core.Events;

namespace Asgiref.Core.Testing;

/// <summary>Whoever keeps an event beyond the return of <c>send</c> copies its bytes: the sender may reuse them (GAP-27).</summary>
internal static class EventCopy
{
    public static AsgiEvent Of(AsgiEvent message) => message switch
    {
        HttpResponseBodyEvent { Body: { } body } part => part with { Body = body.ToArray() },
        WebSocketHttpResponseBodyEvent { Body: { } body } part => part with { Body = body.ToArray() },
        WebSocketSendEvent { Bytes: { } bytes } sent => sent with { Bytes = bytes.ToArray() },
        _ => message,
    };
}
