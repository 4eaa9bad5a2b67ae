using System.Runtime.CompilerServices;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>Awaited, lets the method go on on the thread pool, whatever it came from.</summary>
internal readonly struct PoolHop : ICriticalNotifyCompletion
{
    public bool IsCompleted { get; }

    public PoolHop GetAwaiter() => this;

    public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static next => next(), continuation, preferLocal: false);

    public void UnsafeOnCompleted(Action continuation) =>
        ThreadPool.UnsafeQueueUserWorkItem(static next => next(), continuation, preferLocal: false);

    public void GetResult()
    {
    }
}
