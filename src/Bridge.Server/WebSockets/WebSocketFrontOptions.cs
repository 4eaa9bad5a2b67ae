namespace Bridge.Server.WebSockets;

/// <summary>The WebSocket front's configuration, section <c>Bridge:WebSockets</c>. Read once, at the start.</summary>
internal sealed class WebSocketFrontOptions
{
    public const string SectionName = "Bridge:WebSockets";

    /// <summary>Bytes of one message from a client, after decompression; more closes the socket with 1009.</summary>
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Messages from a client that wait for the application, and the bytes of them at which the front stops reading. The
    /// message that passes the byte limit is kept.
    /// </summary>
    public int QueuedMessages { get; set; } = 32;

    /// <inheritdoc cref="QueuedMessages"/>
    public int QueuedBytes { get; set; } = 64 * 1024;

    /// <summary>The longest time for the application to answer the handshake; then 504. Zero: no limit.</summary>
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait for the client's half of a close; then the connection is cut.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A ping goes out when the client has been silent for this long. Zero: never.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest wait for the answer to a ping; then the socket is lost.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether permessage-deflate is used with clients that offer it. Off by default: it costs memory for every socket,
    /// and what an attacker can mix with secrets in one message leaks through the length (docs/decisions/websocket-front.md).
    /// </summary>
    public bool Compression { get; set; }
}
