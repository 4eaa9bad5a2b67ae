namespace Bridge.Server.Grpc;

/// <summary>Configuration <c>Bridge:Grpc</c>: the limits of the gRPC services.</summary>
internal sealed class GrpcOptions
{
    public const string Section = "Bridge:Grpc";

    /// <summary>
    /// How large a body part may be that the bridge sends: 64 KiB. Larger ones are split, so that one response does not
    /// hold up the others on its connection.
    /// </summary>
    public const int BodyPartBytes = 64 * 1024;

    /// <summary>
    /// How long a driver may take for its first message. Default 30 s, from 1 ms to a day. Then the call ends with
    /// DEADLINE_EXCEEDED: nothing runs yet, but the open call holds memory.
    /// </summary>
    public TimeSpan StartMessageTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The largest message in bytes, in both directions. Default 4 MiB, which is also what gRPC clients accept unless
    /// told otherwise; from 128 KiB to 1 GiB. A larger one from a driver ends the call with RESOURCE_EXHAUSTED; a larger
    /// one from an application raises out of its <c>send</c>. Response bodies are split and so never reach it.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Header fields of a start. Default 200, from 1 to 10,000. More: RESOURCE_EXHAUSTED.</summary>
    public int MaxHeaderCount { get; set; } = 200;

    /// <summary>Bytes of all their names and values. Default 64 KiB, from 1 to 1 MiB. More: RESOURCE_EXHAUSTED.</summary>
    public int MaxHeaderBytes { get; set; } = 64 * 1024;

    /// <summary>Fields of one name. Default 100, from 1 to 10,000. More: RESOURCE_EXHAUSTED.</summary>
    public int MaxDuplicateHeaders { get; set; } = 100;

    /// <summary>
    /// How long a driver may take to read what is still being written when its instance has ended. Default 10 s, from
    /// 1 ms to a day. Then the call is reset: a driver that never reads would hold it for ever.
    /// </summary>
    public TimeSpan CloseTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many events of a driver may wait for its application. Default 16, from 1 to 10,000. Then the bridge stops
    /// reading the call, and HTTP/2 flow control stops the driver.
    /// </summary>
    public int QueuedEvents { get; set; } = 16;

    /// <summary>
    /// How many bytes of events may wait likewise. Default 256 KiB, from 1 to 1 GiB. The event that passes the limit is
    /// still kept, so that one larger event gets through.
    /// </summary>
    public int QueuedBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// How many calls one HTTP/2 connection may have open: Kestrel's limit of that name, on every endpoint. Default
    /// 10,000, from 1 to 1,000,000. Kestrel's own default of 100 makes the 101st call of a connection wait without a word.
    /// </summary>
    public int MaxStreamsPerConnection { get; set; } = 10_000;

    /// <summary>
    /// After how much silence Kestrel pings an HTTP/2 connection (<c>Http2.KeepAlivePingDelay</c>). Default 30 s, from 1 s
    /// to a day. With <see cref="KeepAlivePingTimeout"/> it bounds how long the calls of a vanished driver live.
    /// </summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long Kestrel waits for the answer to that ping before it closes the connection
    /// (<c>Http2.KeepAlivePingTimeout</c>). Default 20 s, from 1 s to a day.
    /// </summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
