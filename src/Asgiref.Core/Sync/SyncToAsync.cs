using Asgiref.Core.Compatibility;
using Asgiref.Core.Sync.Work;
using Asgiref.Core.Sync.Wrapping;

namespace Asgiref.Core.Sync;

/// <summary>
/// Calls synchronous functions from asynchronous code without blocking its thread: on the thread of the flow by default,
/// on a pool if told so (SYNC-01, SYNC-02). It is asgiref's sync_to_async.
/// </summary>
/// <remarks>
/// <para>A call starts at once. It sees the caller's context, and what it changes there comes back to the method that
/// awaits it, also when it throws. It throws what the function threw, as the same object.</para>
/// <para>Without other options the function runs on, first match wins: the nearest thread of this flow that is blocked in
/// <see cref="AsyncToSync"/>; the thread of the <see cref="ThreadSensitiveContext"/>; the thread that is blocked on this
/// <see cref="EventLoop"/>; the one thread of the process for such calls (SYNC-21).</para>
/// <para>Cancelling ends the await at once; a function that waits for a thread then never runs, one that runs goes on
/// unobserved. But if it is blocked in <see cref="AsyncToSync"/>, the cancellation goes there, and the call ends as the
/// function does (CANC-01 to CANC-05). The ambient <see cref="AsgiCancellation.Token"/> cancels as well, and inside the
/// function it is both.</para>
/// <para>A call that finds too many waiting for its thread, or needs one thread too many, is refused with a
/// <see cref="ThreadLimitException"/> (<see cref="SyncLimits"/>); what is refused never runs.</para>
/// <para>Everything here is safe for concurrent use, and needs no event loop (SYNC-20).</para>
/// </remarks>
public static class SyncToAsync
{
    /// <summary>Runs an action.</summary>
    /// <param name="action">Called on the chosen thread.</param>
    /// <param name="options">Null for <see cref="SyncToAsyncOptions.Default"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    /// <exception cref="ThreadLimitException">Too many calls wait for the thread, or there are too many threads.</exception>
    /// <exception cref="ArgumentException">The action is <c>async void</c> (SYNC-09), or the options contradict each other (SYNC-07).</exception>
    public static SyncCall Run(Action action, SyncToAsyncOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        AsyncVoid.ThrowIf(action);
        var work = new ActionWork(action);
        work.Submit((options ?? SyncToAsyncOptions.Default).Validated(), cancellationToken);
        return new SyncCall(work);
    }

    /// <summary>Runs an action with an argument, without a closure.</summary>
    /// <typeparam name="TArgument">Its argument.</typeparam>
    /// <param name="action">Called on the chosen thread.</param>
    /// <param name="argument">Handed to it.</param>
    /// <param name="options">Null for <see cref="SyncToAsyncOptions.Default"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    /// <exception cref="ThreadLimitException">Too many calls wait for the thread, or there are too many threads.</exception>
    /// <exception cref="ArgumentException">The action is <c>async void</c> (SYNC-09), or the options contradict each other (SYNC-07).</exception>
    public static SyncCall Run<TArgument>(
        Action<TArgument> action, TArgument argument, SyncToAsyncOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        AsyncVoid.ThrowIf(action);
        var work = new ActionWork<TArgument>(action, argument);
        work.Submit((options ?? SyncToAsyncOptions.Default).Validated(), cancellationToken);
        return new SyncCall(work);
    }

    /// <summary>Runs a function.</summary>
    /// <typeparam name="TResult">Its result.</typeparam>
    /// <param name="function">Called on the chosen thread.</param>
    /// <param name="options">Null for <see cref="SyncToAsyncOptions.Default"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    /// <exception cref="ThreadLimitException">Too many calls wait for the thread, or there are too many threads.</exception>
    /// <exception cref="ArgumentException">The function is asynchronous (SYNC-09), or the options contradict each other.</exception>
    public static SyncCall<TResult> Run<TResult>(
        Func<TResult> function, SyncToAsyncOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        ThrowIfAsync<TResult>();
        var work = new FunctionWork<TResult>(function);
        work.Submit((options ?? SyncToAsyncOptions.Default).Validated(), cancellationToken);
        return new SyncCall<TResult>(work);
    }

    /// <summary>Runs a function with an argument, without a closure.</summary>
    /// <typeparam name="TArgument">Its argument.</typeparam>
    /// <typeparam name="TResult">Its result.</typeparam>
    /// <param name="function">Called on the chosen thread.</param>
    /// <param name="argument">Handed to it.</param>
    /// <param name="options">Null for <see cref="SyncToAsyncOptions.Default"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SyncDeadlockException">The call would wait for a thread that waits for it (DEAD-01).</exception>
    /// <exception cref="ThreadLimitException">Too many calls wait for the thread, or there are too many threads.</exception>
    /// <exception cref="ArgumentException">The function is asynchronous (SYNC-09), or the options contradict each other.</exception>
    public static SyncCall<TResult> Run<TArgument, TResult>(
        Func<TArgument, TResult> function,
        TArgument argument,
        SyncToAsyncOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        ThrowIfAsync<TResult>();
        var work = new ArgumentWork<TArgument, TResult>(function, argument);
        work.Submit((options ?? SyncToAsyncOptions.Default).Validated(), cancellationToken);
        return new SyncCall<TResult>(work);
    }

    /// <summary>Makes an awaitable function of a synchronous one, to be called as often as needed.</summary>
    /// <typeparam name="TResult">Its result.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="options">Null for <see cref="SyncToAsyncOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The function is asynchronous (SYNC-09), or the options contradict each other.</exception>
    public static SyncToAsync<TResult> Wrap<TResult>(Func<TResult> function, SyncToAsyncOptions? options = null) =>
        new(Synchronous(function), options);

    /// <inheritdoc cref="Wrap{TResult}(Func{TResult}, SyncToAsyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    /// <typeparam name="TResult">Its result.</typeparam>
    public static SyncToAsync<TArgument, TResult> Wrap<TArgument, TResult>(
        Func<TArgument, TResult> function, SyncToAsyncOptions? options = null) => new(Synchronous(function), options);

    /// <inheritdoc cref="Wrap{TResult}(Func{TResult}, SyncToAsyncOptions?)"/>
    public static SyncToAsyncAction Wrap(Action function, SyncToAsyncOptions? options = null) => new(Synchronous(function), options);

    /// <inheritdoc cref="Wrap{TResult}(Func{TResult}, SyncToAsyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    public static SyncToAsyncAction<TArgument> Wrap<TArgument>(Action<TArgument> function, SyncToAsyncOptions? options = null) =>
        new(Synchronous(function), options);

    /// <summary>Makes an awaitable function of any synchronous delegate, for code that knows its type only at run time.</summary>
    /// <param name="function">The delegate.</param>
    /// <param name="options">Null for <see cref="SyncToAsyncOptions.Default"/>.</param>
    /// <returns>Takes the arguments as an array and passes them on untouched; the result is null if there is none.</returns>
    /// <exception cref="ArgumentException">The function is asynchronous (SYNC-09), or the options contradict each other.</exception>
    public static SyncToAsync<object?[], object?> Wrap(Delegate function, SyncToAsyncOptions? options = null)
    {
        Synchronous(function);
        return new SyncToAsync<object?[], object?>(new UntypedFunction(function).Invoke, options, function);
    }

    internal static T Synchronous<T>(T function)
        where T : Delegate => AsyncCallable.IsAsync(function)
        ? throw new ArgumentException(
            $"sync_to_async can only be applied to sync functions; {AsyncCallable.NameOf(function)} is asynchronous: just await it.",
            nameof(function))
        : function;

    private static void ThrowIfAsync<TResult>()
    {
        if (AsyncResult<TResult>.Is)
        {
            throw new ArgumentException(
                $"sync_to_async can only be applied to sync functions; this one returns {typeof(TResult).Name}: just await it.");
        }
    }

    private static class AsyncResult<T>
    {
        public static readonly bool Is = AsyncCallable.IsAsyncResult(typeof(T));
    }
}
