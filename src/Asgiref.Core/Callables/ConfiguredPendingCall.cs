using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Callables;

/// <summary>A <see cref="PendingCall{T}"/> with a decision on where its awaiter goes on.</summary>
/// <typeparam name="T">The result.</typeparam>
public readonly struct ConfiguredPendingCall<T>
{
    private readonly IAwaitedCall<T> _call;
    private readonly bool _continueOnCapturedContext;

    internal ConfiguredPendingCall(IAwaitedCall<T> call, bool continueOnCapturedContext)
    {
        _call = call;
        _continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>For <c>await</c>.</summary>
    public PendingCallAwaiter<T> GetAwaiter() => new(_call, _continueOnCapturedContext);
}
