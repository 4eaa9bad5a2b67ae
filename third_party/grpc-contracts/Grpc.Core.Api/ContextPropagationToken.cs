namespace Grpc.Core;

/// <summary>What a call made within another one takes over from it; made by the server library.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
