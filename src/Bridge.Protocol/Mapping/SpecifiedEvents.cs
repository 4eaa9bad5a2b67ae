using System.Collections.Frozen;
using Asgiref.Core.Events;

namespace Bridge.Protocol.Mapping;

/// <summary>The event types of the specification: a custom event may not bear one of these names, or one content would have two forms.</summary>
internal static class SpecifiedEvents
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        HttpRequestEvent.TypeName,
        HttpDisconnectEvent.TypeName,
        HttpResponseStartEvent.TypeName,
        HttpResponseBodyEvent.TypeName,
        HttpResponseTrailersEvent.TypeName,
        HttpResponsePathSendEvent.TypeName,
        HttpResponseZeroCopySendEvent.TypeName,
        HttpResponsePushEvent.TypeName,
        HttpResponseEarlyHintEvent.TypeName,
        HttpResponseDebugEvent.TypeName,
        WebSocketConnectEvent.TypeName,
        WebSocketAcceptEvent.TypeName,
        WebSocketReceiveEvent.TypeName,
        WebSocketSendEvent.TypeName,
        WebSocketDisconnectEvent.TypeName,
        WebSocketCloseEvent.TypeName,
        WebSocketHttpResponseStartEvent.TypeName,
        WebSocketHttpResponseBodyEvent.TypeName,
        LifespanStartupEvent.TypeName,
        LifespanStartupCompleteEvent.TypeName,
        LifespanStartupFailedEvent.TypeName,
        LifespanShutdownEvent.TypeName,
        LifespanShutdownCompleteEvent.TypeName,
        LifespanShutdownFailedEvent.TypeName);

    public static bool Contains(string type) => Names.Contains(type);
}
