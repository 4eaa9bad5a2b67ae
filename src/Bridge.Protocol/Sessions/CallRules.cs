using Bridge.Protocol.V1;
using Google.Protobuf;
using CallableOptions = Asgiref.Core.Callables.CallableOptions;

namespace Bridge.Protocol.Sessions;

/// <summary>What a call's target and the offer of a callable must say. All answers are sentences; null for none.</summary>
internal static class CallRules
{
    /// <summary>
    /// The most calls in a path: what fits a frame beside its payload. The call-depth limit of a peer is at most this.
    /// </summary>
    public const int MaxPath = CallableOptions.MaxCallDepth;

    /// <summary>The most characters of what a callable says of its input and output.</summary>
    public const int MaxDescription = 256;

    /// <summary>What is wrong with a target; not the length of its path.</summary>
    public static string? ProblemOf(CallTarget target)
    {
        if (!HelloRules.IsName(target.Callable))
        {
            return $"call.callable has {target.Callable.Length} characters; {HelloRules.NameRule}.";
        }

        if (target.Path.Count == 0)
        {
            return "call.path is empty; it holds at least the call itself.";
        }

        for (var index = 0; index < target.Path.Count; index++)
        {
            var step = target.Path[index];
            if (ProblemOf(step.Call) is { } call)
            {
                return $"call.path[{index}].call {call}";
            }

            if (ProblemOf(step.Peer) is { } peer)
            {
                return $"call.path[{index}].peer {peer}";
            }
        }

        return target.ThreadContext.IsEmpty || ProblemOf(target.ThreadContext) is not { } context ? null : $"call.thread_context {context}";
    }

    /// <summary>What is wrong with what is offered, its name aside.</summary>
    public static string? ProblemOf(Callable callable) => callable switch
    {
        { Kind: < CallableKind.Sync or > CallableKind.Stream } => "The kind of the callable is not known.",
        { Affinity: < ThreadAffinity.Unspecified or > ThreadAffinity.Pooled } => "The thread affinity of the callable is not known.",
        { Input.Length: > MaxDescription } => $"The callable's input has {callable.Input.Length} characters; at most {MaxDescription} are taken.",
        { Output.Length: > MaxDescription } => $"The callable's output has {callable.Output.Length} characters; at most {MaxDescription} are taken.",
        _ => null,
    };

    /// <summary>What is wrong with an id, as the end of a sentence.</summary>
    public static string? ProblemOf(ByteString id) =>
        id.Length == WireId.Length ? null : $"has {id.Length} bytes; it must have {WireId.Length}.";
}
