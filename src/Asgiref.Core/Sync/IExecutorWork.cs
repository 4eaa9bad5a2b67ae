namespace Asgiref.Core.Sync;

/// <summary>One synchronous call that an <see cref="IWorkExecutor"/> is to run.</summary>
/// <remarks>
/// Whoever takes it calls either <see cref="IThreadPoolWorkItem.Execute"/> or <see cref="Refuse"/>, exactly once, from any
/// thread. Neither throws: results and exceptions go to the caller of the function. A call that was cancelled while it
/// waited does nothing when it is executed (CTE-08). Because it is an <see cref="IThreadPoolWorkItem"/>, it can be handed
/// to the thread pool as it is.
/// </remarks>
public interface IExecutorWork : IThreadPoolWorkItem
{
    /// <summary>Ends the call without running it.</summary>
    /// <param name="reason">What the caller gets, as the same object.</param>
    void Refuse(Exception reason);
}
