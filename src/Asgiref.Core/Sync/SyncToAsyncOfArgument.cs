namespace Asgiref.Core.Sync;

/// <summary>A synchronous function with an argument made awaitable; made by <see cref="SyncToAsync"/>. Safe for concurrent use.</summary>
/// <typeparam name="TArgument">Its argument.</typeparam>
/// <typeparam name="TResult">Its result.</typeparam>
public sealed class SyncToAsync<TArgument, TResult> : WrappedCallable
{
    private readonly Func<TArgument, TResult> _function;

    internal SyncToAsync(Func<TArgument, TResult> function, SyncToAsyncOptions? options, Delegate? wrapped = null)
        : base(wrapped ?? function)
    {
        _function = function;
        Options = (options ?? SyncToAsyncOptions.Default).Validated();
    }

    /// <summary>How it is called.</summary>
    public SyncToAsyncOptions Options { get; }

    /// <summary>Calls the function; <see cref="SyncToAsync"/> says where, and what comes back.</summary>
    /// <param name="argument">Handed to the function.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    public SyncCall<TResult> InvokeAsync(TArgument argument, CancellationToken cancellationToken = default) =>
        SyncToAsync.Run(_function, argument, Options, cancellationToken);
}
