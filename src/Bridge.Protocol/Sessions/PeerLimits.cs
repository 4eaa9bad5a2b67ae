using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>What one peer takes from the other, as its hello says, checked.</summary>
internal sealed record PeerLimits(
    int PayloadBytes,
    int Exchanges,
    int WindowBytes,
    int WebSocketWindowBytes,
    int HeadBytes,
    int EventBytes)
{
    /// <summary>The limits of a hello.</summary>
    /// <exception cref="SessionBrokenException">One is absent or out of range.</exception>
    public static PeerLimits From(SessionLimits? limits)
    {
        limits ??= new SessionLimits();
        return new PeerLimits(
            Check("payload_bytes", limits.PayloadBytes, SessionOptions.MinPayloadBytes, SessionOptions.MaxPayloadBytes),
            Check("exchanges", limits.Exchanges, 1, uint.MaxValue),
            Check("window_bytes", limits.WindowBytes, SessionOptions.MinWindowBytes, int.MaxValue),
            Check("websocket_window_bytes", limits.WebsocketWindowBytes, SessionOptions.MinWindowBytes, int.MaxValue),
            Check("head_bytes", limits.HeadBytes, 1, uint.MaxValue),
            Check("event_bytes", limits.EventBytes, 1, uint.MaxValue));
    }

    /// <summary>The window of an exchange of that kind.</summary>
    public int WindowOf(in ExchangeTarget target) =>
        target.Instance is { Conversation: ConversationKind.Websocket } ? WebSocketWindowBytes : WindowBytes;

    /// <summary>The largest head of an exchange of that kind. That of a call holds its argument.</summary>
    public int HeadLimitOf(in ExchangeTarget target) => target.Call is null ? HeadBytes : EventBytes;

    private static int Check(string field, uint value, uint min, uint max)
    {
        if (value < min || value > max)
        {
            throw new SessionBrokenException($"hello.limits.{field} is {value}; it must be {min} to {max}.");
        }

        return (int)Math.Min(value, int.MaxValue);
    }
}
