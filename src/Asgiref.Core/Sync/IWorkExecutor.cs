namespace Asgiref.Core.Sync;

/// <summary>Runs synchronous calls on threads of its own choice: asyncio's executor (SYNC-06).</summary>
/// <remarks>Implementations are safe for concurrent use. The caller's context travels inside the work; the executor needs none.</remarks>
public interface IWorkExecutor
{
    /// <summary>Takes one call; <see cref="SyncToAsync"/> calls this exactly once for each.</summary>
    /// <param name="work">To be executed or refused, once, now or later, on any thread.</param>
    /// <exception cref="InvalidOperationException">The executor has ended; the work did not run.</exception>
    void Submit(IExecutorWork work);
}
