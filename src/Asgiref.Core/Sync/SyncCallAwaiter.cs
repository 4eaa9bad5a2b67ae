using System.Diagnostics;
using System.Runtime.CompilerServices;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync;

/// <summary>Awaits a <see cref="SyncCall"/>; for the compiler.</summary>
public readonly struct SyncCallAwaiter : ICriticalNotifyCompletion
{
    private readonly SyncWork _work;
    private readonly short _version;
    private readonly bool _continueOnCapturedContext;

    internal SyncCallAwaiter(SyncWork work, bool continueOnCapturedContext)
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
    public void GetResult() => _work.GetResult(_version);

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) =>
        _work.OnCompleted(continuation, _continueOnCapturedContext, flowExecutionContext: true);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) =>
        _work.OnCompleted(continuation, _continueOnCapturedContext, flowExecutionContext: false);
}
