using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>What an exchange was opened for: an instance of an application, or a call of a callable. Exactly one of them.</summary>
internal readonly record struct ExchangeTarget
{
    private ExchangeTarget(InstanceTarget? instance, CallTarget? call)
    {
        Instance = instance;
        Call = call;
    }

    /// <summary>The instance; null for a call.</summary>
    public InstanceTarget? Instance { get; }

    /// <summary>The call; null for an instance.</summary>
    public CallTarget? Call { get; }

    /// <summary>The name of the application or of the callable.</summary>
    public string Name => Call?.Callable ?? Instance!.Application;

    /// <summary>Makes the target of an instance.</summary>
    public static implicit operator ExchangeTarget(InstanceTarget instance) => new(instance, call: null);

    /// <summary>Makes the target of a call.</summary>
    public static implicit operator ExchangeTarget(CallTarget call) => new(instance: null, call);
}
