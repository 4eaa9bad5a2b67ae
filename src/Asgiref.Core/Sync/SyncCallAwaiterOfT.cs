using System.Diagnostics;
using System.Runtime.CompilerServices;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync;

/// <summary>Awaits a <see cref="SyncCall{T}"/>; for the compiler.</summary>
/// <typeparam name="T">The function\'s result.</typeparam>
public readonly struct SyncCallAwaiter<T> : ICriticalNotifyCompletion
{
    private readonly SyncWork<T> _work;
    private readonly short _version;
    private readonly bool _continueOnCapturedContext;

    internal SyncCallAwaiter(SyncWork<T> work, bool continueOnCapturedContext)
    {
        _work = work;
        _version = work.Version;
        _continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>Whether the call has ended.</summary>
    public bool IsCompleted => _work.IsCompleted;

    /// <summary>Brings the context back and throws what the function threw.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    [StackTraceHidden]
    public T GetResult() => _work.GetResult(_version);

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) =>
        _work.OnCompleted(continuation, _continueOnCapturedContext, flowExecutionContext: true);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) =>
        _work.OnCompleted(continuation, _continueOnCapturedContext, flowExecutionContext: false);
}
