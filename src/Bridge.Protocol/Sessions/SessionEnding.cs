using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>How a session ended: the first cause, which is the only one.</summary>
/// <param name="Kind">Why.</param>
/// <param name="ByPeer">Whether the peer ended it with its goodbye; otherwise this side or the transport did.</param>
/// <param name="Code">The goodbye that was read or sent; unspecified where there was none.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Exception">The error behind it, if there was one.</param>
internal sealed record SessionEnding(
    SessionEndingKind Kind,
    bool ByPeer,
    GoodbyeCode Code,
    string Reason,
    Exception? Exception = null)
{
    /// <summary>Whether this side tells the peer.</summary>
    public bool SaysGoodbye => !ByPeer && Code != GoodbyeCode.Unspecified;

    /// <summary>What this side says goodbye with.</summary>
    public static SessionEnding Goodbye(GoodbyeCode code, string reason) =>
        new(SessionEndingKind.Goodbye, ByPeer: false, code, reason);

    /// <summary>What the peer said goodbye with. An unknown code counts as a failure of the peer.</summary>
    public static SessionEnding FromPeer(Goodbye goodbye)
    {
        var kind = goodbye.Code switch
        {
            GoodbyeCode.Done or GoodbyeCode.Replaced => SessionEndingKind.Goodbye,
            GoodbyeCode.ProtocolError => SessionEndingKind.ProtocolError,
            GoodbyeCode.Limit => SessionEndingKind.Limit,
            GoodbyeCode.Unresponsive => SessionEndingKind.Unresponsive,
            _ => SessionEndingKind.Failed,
        };
        var code = kind == SessionEndingKind.Failed ? GoodbyeCode.Internal : goodbye.Code;
        return new(kind, ByPeer: true, code, goodbye.Reason);
    }

    /// <summary>A rule that the peer broke.</summary>
    public static SessionEnding ProtocolError(string reason) =>
        new(SessionEndingKind.ProtocolError, ByPeer: false, GoodbyeCode.ProtocolError, reason);

    /// <summary>The program behind the session failed.</summary>
    public static SessionEnding Failed(Exception exception) =>
        new(SessionEndingKind.Failed, ByPeer: false, GoodbyeCode.Internal, "The program behind the session failed.", exception);

    /// <summary>The stream ended or failed.</summary>
    public static SessionEnding StreamLost(string reason, Exception? exception = null) =>
        new(SessionEndingKind.StreamLost, ByPeer: false, GoodbyeCode.Unspecified, reason, exception);
}
