namespace Asgiref.Core.Callables.Outgoing;

/// <summary>A call that somebody awaits, wherever its function runs.</summary>
internal interface IAwaitedCall<T>
{
    bool IsCompleted { get; }

    /// <summary>Brings the context back to the awaiting code, then gives the result or throws.</summary>
    T GetResult();

    void OnCompleted(Action continuation, bool continueOnCapturedContext, bool flowExecutionContext);

    /// <summary>A task that ends as the call does, and brings no context back.</summary>
    Task<T> AsTask();
}
