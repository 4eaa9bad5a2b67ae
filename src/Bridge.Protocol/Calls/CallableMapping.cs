using Asgiref.Core.Callables;

namespace Bridge.Protocol.Calls;

/// <summary>What is told of callables, in messages. Stateless and safe for concurrent use.</summary>
internal static class CallableMapping
{
    public static V1.Callable ToMessage(CallableDescription callable) => new()
    {
        Name = callable.Name,
        Kind = callable.Kind switch
        {
            CallableKind.Sync => V1.CallableKind.Sync,
            CallableKind.Stream => V1.CallableKind.Stream,
            _ => V1.CallableKind.Async,
        },
        Affinity = callable.Kind != CallableKind.Sync ? V1.ThreadAffinity.Unspecified
            : callable.Affinity == ThreadAffinity.Pooled ? V1.ThreadAffinity.Pooled
            : V1.ThreadAffinity.Sensitive,
        Input = callable.Input,
        Output = callable.Output,
    };
}
