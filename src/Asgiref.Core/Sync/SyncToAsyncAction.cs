namespace Asgiref.Core.Sync;

/// <summary>A synchronous function without result made awaitable; made by <see cref="SyncToAsync"/>. Safe for concurrent use.</summary>
public sealed class SyncToAsyncAction : WrappedCallable
{
    private readonly Action _action;

    internal SyncToAsyncAction(Action action, SyncToAsyncOptions? options)
        : base(action)
    {
        _action = action;
        Options = (options ?? SyncToAsyncOptions.Default).Validated();
    }

    /// <summary>How it is called.</summary>
    public SyncToAsyncOptions Options { get; }

    /// <summary>Calls the function; <see cref="SyncToAsync"/> says where, and what comes back.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    /// <exception cref="ThreadLimitException">Too many calls wait for the thread, or there are too many threads.</exception>
    public SyncCall InvokeAsync(CancellationToken cancellationToken = default) => SyncToAsync.Run(_action, Options, cancellationToken);
}
