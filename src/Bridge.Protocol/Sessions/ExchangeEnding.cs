using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>How an exchange ended, or why nothing goes through it any more.</summary>
internal sealed record ExchangeEnding(ExchangeEndingKind Kind, bool ByPeer, string Reason)
{
    // Nearly all end so.
    private static readonly ExchangeEnding FinishedHere = NewEnded(EndedKind.Finished, "", byPeer: false);
    private static readonly ExchangeEnding FinishedThere = NewEnded(EndedKind.Finished, "", byPeer: true);

    /// <summary>How the application ended, with <see cref="ExchangeEndingKind.Ended"/>. An unknown one is a failure.</summary>
    public EndedKind EndedKind { get; init; }

    /// <summary>Why it was refused, with <see cref="ExchangeEndingKind.Refused"/>. An unknown code counts as overloaded.</summary>
    public RefusedCode RefusedCode { get; init; }

    /// <summary>Why it was broken off, with <see cref="ExchangeEndingKind.Reset"/>. An unknown code counts as gone.</summary>
    public ResetCode ResetCode { get; init; }

    /// <summary>What the application shall receive, if the opener's reset says so.</summary>
    public ReceiveEvent? Event { get; init; }

    /// <summary>How the session ended, with <see cref="ExchangeEndingKind.Lost"/> and sometimes with not sent.</summary>
    public SessionEnding? Session { get; init; }

    /// <summary>No application code ran and none will: the same may be opened at another peer.</summary>
    public bool MayGoElsewhere => Kind is ExchangeEndingKind.Refused or ExchangeEndingKind.NotSent;

    public static ExchangeEnding Ended(EndedKind kind, string reason, bool byPeer) =>
        kind == EndedKind.Finished && reason.Length == 0 ? (byPeer ? FinishedThere : FinishedHere) : NewEnded(kind, reason, byPeer);

    public static ExchangeEnding Refused(RefusedCode code, string reason, bool byPeer) =>
        new(ExchangeEndingKind.Refused, byPeer, reason)
        {
            RefusedCode = code is >= RefusedCode.NotFound and <= RefusedCode.TimedOut ? code : RefusedCode.Overloaded,
        };

    public static ExchangeEnding Reset(ResetCode code, string reason, bool byPeer, ReceiveEvent? disconnect = null) =>
        new(ExchangeEndingKind.Reset, byPeer, reason)
        {
            ResetCode = code is >= ResetCode.Gone and <= ResetCode.Unsupported ? code : ResetCode.Gone,
            Event = disconnect,
        };

    public static ExchangeEnding NotSent(string reason, SessionEnding? session = null) =>
        new(ExchangeEndingKind.NotSent, ByPeer: false, reason) { Session = session };

    public static ExchangeEnding Lost(string session, SessionEnding ending) =>
        new(ExchangeEndingKind.Lost, ending.ByPeer, $"The session {session} has ended: {ending.Reason}") { Session = ending };

    private static ExchangeEnding NewEnded(EndedKind kind, string reason, bool byPeer) => new(ExchangeEndingKind.Ended, byPeer, reason)
    {
        EndedKind = kind is EndedKind.Finished or EndedKind.Failed or EndedKind.Disconnected ? kind : EndedKind.Failed,
    };
}
