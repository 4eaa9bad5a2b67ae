using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The limits of a session as docs/protocol.md names them. Those in the hello bind what the peer sends; what this side
/// sends is bound by the peer's hello.
/// </summary>
internal sealed record SessionOptions
{
    /// <summary>The largest payload a frame may have by the contract, in bytes.</summary>
    public const int MaxPayloadBytes = 64 * 1024;

    /// <summary>The smallest limit for payloads that a hello may name, in bytes.</summary>
    public const int MinPayloadBytes = 1024;

    /// <summary>The smallest window that a hello may name, in bytes.</summary>
    public const int MinWindowBytes = 4 * 1024;

    /// <summary>How long the peer's hello may take.</summary>
    public TimeSpan HelloTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest payload of a frame, in bytes.</summary>
    public int PayloadBytes { get; init; } = 16 * 1024;

    /// <summary>Exchanges that the peer may have open at once.</summary>
    public int Exchanges { get; init; } = 10_000;

    /// <summary>The window of an exchange, in bytes.</summary>
    public int WindowBytes { get; init; } = 64 * 1024;

    /// <summary>The window of a WebSocket conversation, in bytes.</summary>
    public int WebSocketWindowBytes { get; init; } = 16 * 1024;

    /// <summary>The largest head, in bytes.</summary>
    public int HeadBytes { get; init; } = 128 * 1024;

    /// <summary>The largest event, in bytes.</summary>
    public int EventBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Heads and events of more than one payload that are being joined or not yet taken, in bytes a session.</summary>
    public long JoinedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Refusals that may wait to be written, above what <see cref="Exchanges"/> bounds.</summary>
    public int PendingAnswers { get; init; } = 1_000;

    /// <summary>How long nothing may come from the peer before a ping asks for a sign of life.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing may come after the ping.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long exchanges may go on after <see cref="Session.Drain"/>.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the transport may take to take the goodbye and to end.</summary>
    public TimeSpan CloseTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentException">One is out of range; the message names it and the range.</exception>
    public void Validate()
    {
        CheckRange(nameof(PayloadBytes), PayloadBytes, MinPayloadBytes, MaxPayloadBytes);
        CheckRange(nameof(Exchanges), Exchanges, 1, int.MaxValue / 2);
        CheckRange(nameof(WindowBytes), WindowBytes, MinWindowBytes, int.MaxValue);
        CheckRange(nameof(WebSocketWindowBytes), WebSocketWindowBytes, MinWindowBytes, int.MaxValue);
        CheckRange(nameof(HeadBytes), HeadBytes, 1, int.MaxValue);
        CheckRange(nameof(EventBytes), EventBytes, 1, int.MaxValue);
        CheckRange(nameof(JoinedBytes), JoinedBytes, Math.Max(HeadBytes, EventBytes), long.MaxValue);
        CheckRange(nameof(PendingAnswers), PendingAnswers, 1, int.MaxValue / 2);
        CheckTime(nameof(HelloTime), HelloTime);
        CheckTime(nameof(KeepAliveInterval), KeepAliveInterval);
        CheckTime(nameof(KeepAliveTimeout), KeepAliveTimeout);
        CheckTime(nameof(DrainTime), DrainTime);
        CheckTime(nameof(CloseTime), CloseTime);
    }

    /// <summary>What the hello says of them.</summary>
    public SessionLimits ToLimits() => new()
    {
        PayloadBytes = (uint)PayloadBytes,
        Exchanges = (uint)Exchanges,
        WindowBytes = (uint)WindowBytes,
        WebsocketWindowBytes = (uint)WebSocketWindowBytes,
        HeadBytes = (uint)HeadBytes,
        EventBytes = (uint)EventBytes,
    };

    private static void CheckRange(string name, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            throw new ArgumentException($"{name} is {value}; it must be {min} to {max}.");
        }
    }

    private static void CheckTime(string name, TimeSpan value)
    {
        // Timers take no more; a day is beyond every use.
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{name} is {value}; it must be above zero and at most one day.");
        }
    }
}
