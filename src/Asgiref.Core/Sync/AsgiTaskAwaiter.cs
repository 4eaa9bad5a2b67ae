using System.Diagnostics;
using System.Runtime.CompilerServices;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync;

/// <summary>Awaits an <see cref="AsgiTask"/>; for the compiler.</summary>
public readonly struct AsgiTaskAwaiter : ICriticalNotifyCompletion
{
    private readonly ConfiguredTaskAwaitable.ConfiguredTaskAwaiter _awaiter;
    private readonly FinalContext _final;

    internal AsgiTaskAwaiter(AsgiTask task, bool continueOnCapturedContext)
    {
        _awaiter = task.Task.ConfigureAwait(continueOnCapturedContext).GetAwaiter();
        _final = task.Final;
    }

    /// <summary>Whether the method has ended.</summary>
    public bool IsCompleted => _awaiter.IsCompleted;

    /// <summary>Brings the method's context values and throws what it threw.</summary>
    [StackTraceHidden]
    public void GetResult()
    {
        _final.BringBack();
        _awaiter.GetResult();
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _awaiter.OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _awaiter.UnsafeOnCompleted(continuation);
}
