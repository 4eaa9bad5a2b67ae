namespace Asgiref.Core.Sync;

/// <summary>A synchronous function made awaitable; made by <see cref="SyncToAsync"/>. Safe for concurrent use.</summary>
/// <typeparam name="TResult">Its result.</typeparam>
public sealed class SyncToAsync<TResult> : WrappedCallable
{
    private readonly Func<TResult> _function;

    internal SyncToAsync(Func<TResult> function, SyncToAsyncOptions? options)
        : base(function)
    {
        _function = function;
        Options = (options ?? SyncToAsyncOptions.Default).Validated();
    }

    /// <summary>How it is called.</summary>
    public SyncToAsyncOptions Options { get; }

    /// <summary>Calls the function; <see cref="SyncToAsync"/> says where, and what comes back.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    public SyncCall<TResult> InvokeAsync(CancellationToken cancellationToken = default) =>
        SyncToAsync.Run(_function, Options, cancellationToken);
}
