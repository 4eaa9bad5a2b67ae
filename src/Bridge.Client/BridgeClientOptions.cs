namespace Bridge.Client;

/// <summary>How a <see cref="BridgeClient"/> reaches its bridge. Immutable; change a copy with <c>with</c>.</summary>
public sealed record BridgeClientOptions
{
    /// <summary>The bridge of a developer's own machine: <c>http://localhost:50051</c> and every default.</summary>
    public static BridgeClientOptions Default { get; } = new();

    /// <summary>
    /// Where the bridge listens for gRPC: <c>http://host:port</c> (HTTP/2 in the clear), <c>https://host:port</c>, or
    /// <c>unix:/path</c> for a Unix domain socket. Default <c>http://localhost:50051</c>.
    /// </summary>
    public string Address { get; init; } = "http://localhost:50051";

    /// <summary>How long a connection may take to come up. Default 5 s; must be above zero.</summary>
    public TimeSpan ConnectTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long disposing a run waits for its last read and write to let go. Default 5 s. Nothing is lost after it: the
    /// call has been cancelled, only the memory is freed later.
    /// </summary>
    public TimeSpan CloseTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The largest message in bytes that is sent or accepted. Default 4 MiB, the bridge's own default
    /// (<c>Bridge:Grpc:MaxMessageBytes</c>). Body parts are smaller; WebSocket messages and custom events are not split.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>After how much silence the connection is tested by a ping. Default 30 s.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to that ping may take before every run on the connection is lost. Default 20 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
