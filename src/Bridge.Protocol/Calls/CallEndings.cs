using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Calls;

/// <summary>The endings of calls and of exchanges, each in the words of the other (docs/protocol.md, "How it ends").</summary>
internal static class CallEndings
{
    /// <summary>What the opener is told of a call that was not accepted.</summary>
    public static V1.RefusedCode RefusalOf(CallFailure failure) => failure.Kind switch
    {
        CallFailureKind.NotFound => V1.RefusedCode.NotFound,
        CallFailureKind.Draining => V1.RefusedCode.Draining,
        CallFailureKind.TooDeep => V1.RefusedCode.TooDeep,
        CallFailureKind.TimedOut => V1.RefusedCode.TimedOut,
        CallFailureKind.BadArgument => V1.RefusedCode.InvalidHead,
        CallFailureKind.Refused => V1.RefusedCode.Unsupported,
        _ => V1.RefusedCode.Overloaded,
    };

    /// <summary>How an accepted call ended, for the place that it had.</summary>
    public static V1.EndedKind EndedOf(CallFailure? failure) => failure?.Kind switch
    {
        null => V1.EndedKind.Finished,
        CallFailureKind.Cancelled => V1.EndedKind.Disconnected,
        _ => V1.EndedKind.Failed,
    };

    /// <summary>Why a call has no result, from the end of an exchange that brought none.</summary>
    public static CallFailure Of(string callable, ExchangeEnding ending) => ending.Kind switch
    {
        ExchangeEndingKind.Refused => new CallFailure(KindOf(ending.RefusedCode), ending.Reason),
        ExchangeEndingKind.NotSent => new CallFailure(CallFailureKind.Draining, ending.Reason),
        ExchangeEndingKind.Reset when ending is { ByPeer: true, ResetCode: V1.ResetCode.TimedOut } =>
            new CallFailure(CallFailureKind.TimedOut, ending.Reason),
        ExchangeEndingKind.Ended => new CallFailure(CallFailureKind.Lost, Sentence($"The call of '{callable}' ended without a result", ending.Reason)),
        ExchangeEndingKind.Reset => new CallFailure(CallFailureKind.Lost, Sentence($"The call of '{callable}' was broken off", ending.Reason)),
        _ => new CallFailure(CallFailureKind.Lost, ending.Reason),
    };

    /// <summary>Why a call could not be opened.</summary>
    public static CallFailure Of(OpenStatus status, string session, string callable, int head, PeerLimits? peer) => status switch
    {
        OpenStatus.HeadTooLarge => new CallFailure(
            CallFailureKind.BadArgument,
            $"The argument of '{callable}' has {head} bytes with what goes along; the peer of the session {session} takes {peer?.EventBytes} (EventBytes)."),
        OpenStatus.Full => new CallFailure(
            CallFailureKind.Overloaded, $"{peer?.Exchanges} exchanges are open on the session {session}; its peer takes no more (Exchanges)."),
        OpenStatus.TooDeep => new CallFailure(
            CallFailureKind.TooDeep, $"'{callable}' lies deeper in its tree than a session carries: {CallRules.MaxPath} calls."),
        _ => new CallFailure(CallFailureKind.Draining, $"The session {session} takes no calls."),
    };

    /// <summary>Whether a call that could not be opened may be opened on another session, or later.</summary>
    public static bool MayGoElsewhere(OpenStatus status) =>
        status is OpenStatus.NotEstablished or OpenStatus.Draining or OpenStatus.Ended;

    /// <summary>Why a call has no result that was broken off.</summary>
    public static CallFailureKind KindOf(V1.ResetCode code) =>
        code == V1.ResetCode.TimedOut ? CallFailureKind.TimedOut : CallFailureKind.Lost;

    /// <summary>Why a call has no result that was refused.</summary>
    public static CallFailureKind KindOf(V1.RefusedCode code) => code switch
    {
        V1.RefusedCode.NotFound => CallFailureKind.NotFound,
        V1.RefusedCode.Draining => CallFailureKind.Draining,
        V1.RefusedCode.TooDeep => CallFailureKind.TooDeep,
        V1.RefusedCode.TimedOut => CallFailureKind.TimedOut,
        V1.RefusedCode.InvalidHead or V1.RefusedCode.Unsupported => CallFailureKind.Refused,
        // As where the size is known before: see OpenStatus.HeadTooLarge.
        V1.RefusedCode.HeadTooLarge => CallFailureKind.BadArgument,
        _ => CallFailureKind.Overloaded,
    };

    private static string Sentence(string what, string reason) => reason.Length == 0 ? what + "." : $"{what}: {reason}";
}
