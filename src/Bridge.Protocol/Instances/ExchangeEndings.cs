using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Instances;

/// <summary>The endings of instances and of exchanges, each in the words of the other (docs/protocol.md).</summary>
internal static class ExchangeEndings
{
    public static V1.ConversationKind ConversationOf(AsgiScope scope) => scope switch
    {
        HttpScope => V1.ConversationKind.Http,
        WebSocketScope => V1.ConversationKind.Websocket,
        _ => V1.ConversationKind.Other,
    };

    /// <summary>What the opener is told of an instance that never began.</summary>
    public static V1.RefusedCode RefusalOf(in InstanceEnding ending) => ending.Cause switch
    {
        EndingCause.Draining => V1.RefusedCode.Draining,
        EndingCause.NotFound => V1.RefusedCode.NotFound,
        EndingCause.ScopeTooLarge => V1.RefusedCode.HeadTooLarge,
        EndingCause.InvalidScope => V1.RefusedCode.InvalidHead,
        _ => V1.RefusedCode.Overloaded,
    };

    /// <summary>How an instance ended whose exchange the opener could not open.</summary>
    public static InstanceEnding Of(OpenStatus status, string session) => status switch
    {
        OpenStatus.HeadTooLarge => Refused($"The scope is larger than the peer of the session {session} takes.", EndingCause.ScopeTooLarge),
        OpenStatus.Full => Refused($"The peer of the session {session} takes no more instances.", EndingCause.Overloaded),
        _ => Refused($"The session {session} takes no instances.", EndingCause.Draining),
    };

    /// <summary>How an instance ended, for its opener, which had not left it itself.</summary>
    public static InstanceEnding Of(ExchangeEnding ending, SendProgress progress) => ending.Kind switch
    {
        ExchangeEndingKind.Ended => OfEnded(ending, progress),
        ExchangeEndingKind.Refused => Refused(ending.Reason, ending.RefusedCode switch
        {
            V1.RefusedCode.NotFound => EndingCause.NotFound,
            V1.RefusedCode.Draining => EndingCause.Draining,
            V1.RefusedCode.HeadTooLarge => EndingCause.ScopeTooLarge,
            V1.RefusedCode.InvalidHead or V1.RefusedCode.Unsupported => EndingCause.InvalidScope,
            _ => EndingCause.Overloaded,
        }),
        ExchangeEndingKind.NotSent => Refused(ending.Reason, EndingCause.Draining),
        ExchangeEndingKind.Reset when ending is { ByPeer: true, ResetCode: V1.ResetCode.TooLarge } =>
            new InstanceEnding(EndingKind.Lost, progress, ending.Reason) { Cause = EndingCause.EventTooLarge },
        ExchangeEndingKind.Reset when ending.ResetCode == V1.ResetCode.Stopping => Draining(ending, progress),
        ExchangeEndingKind.Lost when ending.Session is { Kind: SessionEndingKind.Goodbye } => Draining(ending, progress),
        _ => new InstanceEnding(EndingKind.Lost, progress, ending.Reason),
    };

    /// <summary>Whether another peer may take what this one has refused.</summary>
    public static bool MayGoElsewhere(in InstanceEnding ending) =>
        ending.Kind == EndingKind.Refused && ending.Cause is not (EndingCause.ScopeTooLarge or EndingCause.InvalidScope);

    private static InstanceEnding Draining(ExchangeEnding ending, SendProgress progress) =>
        new(EndingKind.Lost, progress, ending.Reason) { Cause = EndingCause.Draining };

    private static InstanceEnding OfEnded(ExchangeEnding ending, SendProgress progress)
    {
        var reason = ending.Reason.Length == 0 ? null : ending.Reason;
        return ending.EndedKind switch
        {
            V1.EndedKind.Finished => new InstanceEnding(EndingKind.Finished, progress, reason),
            _ when progress == SendProgress.Complete && ending.EndedKind != V1.EndedKind.Failed => new InstanceEnding(EndingKind.Finished, progress),
            V1.EndedKind.Failed => new InstanceEnding(EndingKind.Failed, progress, reason),
            _ => new InstanceEnding(EndingKind.Lost, progress, reason ?? "The peer broke the instance off."),
        };
    }

    private static InstanceEnding Refused(string reason, EndingCause cause) =>
        new(EndingKind.Refused, default, reason) { Cause = cause };
}
