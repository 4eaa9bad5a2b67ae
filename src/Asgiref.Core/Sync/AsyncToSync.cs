using System.Diagnostics;
using System.Runtime.CompilerServices;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Loops;
using Asgiref.Core.Sync.Wrapping;

namespace Asgiref.Core.Sync;

/// <summary>
/// Calls asynchronous functions from synchronous code and blocks until they have ended (A2S-01). It is asgiref's
/// async_to_sync.
/// </summary>
/// <remarks>
/// <para>The function runs on an event loop, never on the caller's thread: on that of the asynchronous code that the caller
/// was called from through <see cref="SyncToAsync"/>, else on that of the <see cref="AsyncSingleThreadContext"/>, else on a
/// new one, which ends with the call. Meanwhile the caller's thread runs the thread-sensitive calls that the function
/// makes (A2S-22).</para>
/// <para>The function sees the caller's context, and what it changes there comes back, also when it throws (CTX-07). A
/// function that is <c>async</c>, returns a <see cref="Task"/> or <see cref="ValueTask"/> and never waits has no way to
/// show its changes; an <c>async</c> lambda, or a method that returns <see cref="AsgiTask"/>, always shows them.</para>
/// <para>It throws what the function threw, as the same object. It never leaves a function behind: cancelling fires the
/// function's <see cref="AsgiCancellation.Token"/>, and the call ends as the function does (CANC-08).</para>
/// <para>Under a foreign synchronization context, such as a window's, the function runs on a loop of its own all the same:
/// nothing in the call needs the blocked thread, unless the function posts to it and waits.</para>
/// <para>On an event loop's thread the call is refused, because it would stop the loop (A2S-09). On a pool thread it can't
/// be told from synchronous code: there, await. Safe for concurrent use.</para>
/// </remarks>
[StackTraceHidden]
public static class AsyncToSync
{
    /// <summary>Runs an asynchronous function to its end.</summary>
    /// <param name="function">Called on the loop's thread.</param>
    /// <param name="options">Null for <see cref="AsyncToSyncOptions.Default"/>.</param>
    /// <param name="cancellationToken">Fires the function's <see cref="AsgiCancellation.Token"/>.</param>
    /// <exception cref="InvalidOperationException">This thread runs an event loop; the function was not called.</exception>
    /// <exception cref="ThreadLimitException">There are too many event loops; the function was not called.</exception>
    [OverloadResolutionPriority(1)]
    public static void Run(Func<AsgiTask> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        BlockingCall.Run(Call(function), options, cancellationToken);

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    /// <typeparam name="T">The function's result.</typeparam>
    [OverloadResolutionPriority(1)]
    public static T Run<T>(Func<AsgiTask<T>> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        BlockingCall.Run<T>(Call(function), options, cancellationToken);

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    public static void Run(Func<Task> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        BlockingCall.Run(Call(function), options, cancellationToken);

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public static T Run<T>(Func<Task<T>> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        BlockingCall.Run<T>(Call(function), options, cancellationToken);

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(-1)]
    public static void Run(Func<ValueTask> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        BlockingCall.Run(Call(function), options, cancellationToken);

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    /// <typeparam name="T">The function's result.</typeparam>
    [OverloadResolutionPriority(-1)]
    public static T Run<T>(Func<ValueTask<T>> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        BlockingCall.Run<T>(Call(function), options, cancellationToken);

    /// <summary>Makes a blocking function of an asynchronous one, to be called as often as needed.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">Null for <see cref="AsyncToSyncOptions.Default"/>.</param>
    [OverloadResolutionPriority(1)]
    public static AsyncToSyncAction Wrap(Func<AsgiTask> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), () => Call(function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    public static AsyncToSyncAction Wrap(Func<Task> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), () => Call(function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    [OverloadResolutionPriority(-1)]
    public static AsyncToSyncAction Wrap(Func<ValueTask> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), () => Call(function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TResult">Its result.</typeparam>
    [OverloadResolutionPriority(1)]
    public static AsyncToSync<TResult> Wrap<TResult>(Func<AsgiTask<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), () => Call(function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TResult">Its result.</typeparam>
    public static AsyncToSync<TResult> Wrap<TResult>(Func<Task<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), () => Call(function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TResult">Its result.</typeparam>
    [OverloadResolutionPriority(-1)]
    public static AsyncToSync<TResult> Wrap<TResult>(Func<ValueTask<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), () => Call(function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    [OverloadResolutionPriority(1)]
    public static AsyncToSyncAction<TArgument> Wrap<TArgument>(Func<TArgument, AsgiTask> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), argument => Call([StackTraceHidden] () => function(argument), function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    public static AsyncToSyncAction<TArgument> Wrap<TArgument>(Func<TArgument, Task> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), argument => Call([StackTraceHidden] () => function(argument), function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    [OverloadResolutionPriority(-1)]
    public static AsyncToSyncAction<TArgument> Wrap<TArgument>(Func<TArgument, ValueTask> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), argument => Call([StackTraceHidden] () => function(argument), function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    /// <typeparam name="TResult">Its result.</typeparam>
    [OverloadResolutionPriority(1)]
    public static AsyncToSync<TArgument, TResult> Wrap<TArgument, TResult>(
        Func<TArgument, AsgiTask<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), argument => Call([StackTraceHidden] () => function(argument), function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    /// <typeparam name="TResult">Its result.</typeparam>
    public static AsyncToSync<TArgument, TResult> Wrap<TArgument, TResult>(
        Func<TArgument, Task<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), argument => Call([StackTraceHidden] () => function(argument), function), options);

    /// <inheritdoc cref="Wrap(Func{AsgiTask}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    /// <typeparam name="TResult">Its result.</typeparam>
    [OverloadResolutionPriority(-1)]
    public static AsyncToSync<TArgument, TResult> Wrap<TArgument, TResult>(
        Func<TArgument, ValueTask<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), argument => Call([StackTraceHidden] () => function(argument), function), options);

    /// <summary>Makes a blocking function of any asynchronous delegate, for code that knows its type only at run time.</summary>
    /// <param name="function">The delegate; what it returns may be anything that can be awaited.</param>
    /// <param name="options">Null for <see cref="AsyncToSyncOptions.Default"/>.</param>
    /// <returns>Takes the arguments as an array and passes them on untouched; the result is null if there is none.</returns>
    /// <exception cref="ArgumentException">What the function returns can't be awaited (A2S-07, A2S-08).</exception>
    [OverloadResolutionPriority(-2)]
    public static AsyncToSync<object?[], object?> Wrap(Delegate function, AsyncToSyncOptions? options = null)
    {
        if (!AsyncCallable.IsAwaitable(NotNull(function).Method.ReturnType))
        {
            throw new ArgumentException(
                $"async_to_sync can only be applied to async functions; what {AsyncCallable.NameOf(function)} returns can't be awaited.",
                nameof(function));
        }

        var untyped = new UntypedFunction(function);
        return new(function, arguments => Call([StackTraceHidden] () => untyped.InvokeAsync(arguments), function), options);
    }

    // The name is that of the user's function where ours is around it.
    private static AsgiTaskLoopCall Call(Func<AsgiTask> function, Delegate? named = null) => new(NotNull(function), named ?? function);

    private static AsgiTaskLoopCall<T> Call<T>(Func<AsgiTask<T>> function, Delegate? named = null) => new(NotNull(function), named ?? function);

    private static TaskLoopCall Call(Func<Task> function, Delegate? named = null) => new(NotNull(function), named ?? function);

    private static TaskLoopCall Call(Func<ValueTask> function, Delegate? named = null)
    {
        NotNull(function);
        return new TaskLoopCall([StackTraceHidden] () => function().AsTask(), named ?? function);
    }

    private static TaskLoopCall Call<T>(Func<ValueTask<T>> function, Delegate? named = null)
    {
        NotNull(function);
        return new TaskLoopCall([StackTraceHidden] () => function().AsTask(), named ?? function);
    }

    private static T NotNull<T>(T function)
        where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(function);
        return function;
    }
}
