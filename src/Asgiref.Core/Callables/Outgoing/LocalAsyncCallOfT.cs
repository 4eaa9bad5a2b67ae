using System.Diagnostics;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>A call that is a task already: of an asynchronous function of this process, or one that failed before it began.</summary>
internal sealed class LocalAsyncCall<T>(Task<T> task) : IAwaitedCall<T>
{
    public bool IsCompleted => task.IsCompleted;

    [StackTraceHidden]
    public T GetResult() => task.GetAwaiter().GetResult();

    public void OnCompleted(Action continuation, bool continueOnCapturedContext, bool flowExecutionContext)
    {
        var awaiter = task.ConfigureAwait(continueOnCapturedContext).GetAwaiter();
        if (flowExecutionContext)
        {
            awaiter.OnCompleted(continuation);
        }
        else
        {
            awaiter.UnsafeOnCompleted(continuation);
        }
    }

    public Task<T> AsTask() => task;
}
