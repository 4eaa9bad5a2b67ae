using System.Diagnostics;
using System.Runtime.CompilerServices;
using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Callables;

/// <summary>Awaits a <see cref="PendingCall{T}"/>; for the compiler.</summary>
/// <typeparam name="T">The result.</typeparam>
public readonly struct PendingCallAwaiter<T> : ICriticalNotifyCompletion
{
    private readonly IAwaitedCall<T> _call;
    private readonly bool _continueOnCapturedContext;

    internal PendingCallAwaiter(IAwaitedCall<T> call, bool continueOnCapturedContext)
    {
        _call = call;
        _continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>Whether the call has ended.</summary>
    public bool IsCompleted => _call.IsCompleted;

    /// <summary>Brings the context back and gives the result, or throws.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    [StackTraceHidden]
    public T GetResult() => _call.GetResult();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _call.OnCompleted(continuation, _continueOnCapturedContext, flowExecutionContext: true);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _call.OnCompleted(continuation, _continueOnCapturedContext, flowExecutionContext: false);
}
