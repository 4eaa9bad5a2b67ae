using System.Diagnostics;
using System.Runtime.CompilerServices;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync;

/// <summary>Awaits an <see cref="AsgiTask{T}"/>; for the compiler.</summary>
/// <typeparam name="T">The result.</typeparam>
public readonly struct AsgiTaskAwaiter<T> : ICriticalNotifyCompletion
{
    private readonly ConfiguredTaskAwaitable<T>.ConfiguredTaskAwaiter _awaiter;
    private readonly FinalContext _final;

    internal AsgiTaskAwaiter(AsgiTask<T> task, bool continueOnCapturedContext)
    {
        _awaiter = task.Task.ConfigureAwait(continueOnCapturedContext).GetAwaiter();
        _final = task.Final;
    }

    /// <summary>Whether the method has ended.</summary>
    public bool IsCompleted => _awaiter.IsCompleted;

    /// <summary>Brings the method's context values and throws what it threw.</summary>
    [StackTraceHidden]
    public T GetResult()
    {
        _final.BringBack();
        return _awaiter.GetResult();
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _awaiter.OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _awaiter.UnsafeOnCompleted(continuation);
}
