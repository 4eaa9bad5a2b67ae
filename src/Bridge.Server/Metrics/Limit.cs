namespace Bridge.Server.Metrics;

/// <summary>Every limit that the bridge enforces; <c>/metrics</c> counts how often each was reached, by these names in snake case.</summary>
internal enum Limit
{
    HeaderCount,
    HeaderBytes,
    RequestLineBytes,
    DuplicateHeaders,
    BodyBytes,
    UnreadBodyBytes,
    UnreadBodyTime,
    HeaderTime,
    KeepAliveTime,
    RequestBytesPerSecond,
    ResponseBytesPerSecond,
    StreamResets,
    Instances,
    PendingCalls,
    MessageBytes,
    WsgiThreads,
    StartMessageTime,
    CallCloseTime,
    ResponseStartTime,
    WebSocketMessageBytes,
    WebSocketAcceptTime,
    WebSocketCloseTime,
    GraceTime,
    CancellationTime,
    DrainTime,
    LifespanStartupTime,
    LifespanShutdownTime,
    ConnectionCloseTime,
}
