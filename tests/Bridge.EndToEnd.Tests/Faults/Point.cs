namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>How far a conversation has come when somebody leaves.</summary>
public enum Point
{
    /// <summary>HTTP: no byte of the body has been sent. WebSocket: the handshake is not answered.</summary>
    Beginning,

    /// <summary>HTTP: a part of the body has been read. WebSocket: it is open.</summary>
    Middle,

    /// <summary>HTTP: the whole request has been read. WebSocket: a message has gone there and back.</summary>
    Asked,

    /// <summary>HTTP only: the response has begun.</summary>
    Answering,

    /// <summary>The application sends, and its client does not read.</summary>
    Flooded,
}
