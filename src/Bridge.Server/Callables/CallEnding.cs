using Bridge.Protocol.V1;

namespace Bridge.Server.Callables;

/// <summary>How one attempt to run a call ended, for its caller.</summary>
internal sealed record CallEnding
{
    private static readonly CallEnding ReturnedAtOnce = new(CallEndingKind.Returned);

    private CallEnding(CallEndingKind kind) => Kind = kind;

    public CallEndingKind Kind { get; }

    /// <summary>Why it was refused.</summary>
    public RefusedCode Code { get; private init; }

    /// <summary>A sentence, where there is no answer.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>Ends when the function has really returned; never fails.</summary>
    public Task Returned { get; init; } = Task.CompletedTask;

    /// <summary>Whether another process may be asked: no code ran, and the reason is not the call itself.</summary>
    public bool MayGoElsewhere =>
        Kind == CallEndingKind.Refused && Code is RefusedCode.NotFound or RefusedCode.Overloaded or RefusedCode.Draining;

    /// <summary>Its result or error has gone to the caller.</summary>
    public static CallEnding Answered(CallEventKind kind) =>
        kind == CallEventKind.Error ? new CallEnding(CallEndingKind.Failed) : ReturnedAtOnce;

    public static CallEnding Refused(RefusedCode code, string reason) => new(CallEndingKind.Refused) { Code = code, Reason = reason };

    /// <summary>It cannot be told how far it came.</summary>
    public static CallEnding Lost(string reason) => new(CallEndingKind.Lost) { Reason = reason };

    /// <summary>Its caller has left, its time is over, or the bridge stops: the call itself knows.</summary>
    public static CallEnding Left() => new(CallEndingKind.Cancelled);
}
