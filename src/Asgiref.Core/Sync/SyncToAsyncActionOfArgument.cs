namespace Asgiref.Core.Sync;

/// <summary>
/// A synchronous function with an argument and without result made awaitable; made by <see cref="SyncToAsync"/>. Safe for
/// concurrent use.
/// </summary>
/// <typeparam name="TArgument">Its argument.</typeparam>
public sealed class SyncToAsyncAction<TArgument> : WrappedCallable
{
    private readonly Action<TArgument> _action;

    internal SyncToAsyncAction(Action<TArgument> action, SyncToAsyncOptions? options)
        : base(action)
    {
        _action = action;
        Options = (options ?? SyncToAsyncOptions.Default).Validated();
    }

    /// <summary>How it is called.</summary>
    public SyncToAsyncOptions Options { get; }

    /// <summary>Calls the function; <see cref="SyncToAsync"/> says where, and what comes back.</summary>
    /// <param name="argument">Handed to the function.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    /// <exception cref="ThreadLimitException">Too many calls wait for the thread, or there are too many threads.</exception>
    public SyncCall InvokeAsync(TArgument argument, CancellationToken cancellationToken = default) =>
        SyncToAsync.Run(_action, argument, Options, cancellationToken);
}
