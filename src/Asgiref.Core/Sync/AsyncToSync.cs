using System.Diagnostics;
using System.Runtime.CompilerServices;

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
    [OverloadResolutionPriority(1)]
    public static void Run(Func<AsgiTask> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        Block(new AsgiTaskLoopCall(NotNull(function)), options, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    /// <typeparam name="T">The function's result.</typeparam>
    [OverloadResolutionPriority(1)]
    public static T Run<T>(Func<AsgiTask<T>> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        ((Task<T>)Block(new AsgiTaskLoopCall<T>(NotNull(function)), options, cancellationToken)).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    public static void Run(Func<Task> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        Block(new TaskLoopCall(NotNull(function)), options, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public static T Run<T>(Func<Task<T>> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default) =>
        ((Task<T>)Block(new TaskLoopCall(NotNull(function)), options, cancellationToken)).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(-1)]
    public static void Run(Func<ValueTask> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        Run(Task () => function().AsTask(), options, cancellationToken);
    }

    /// <inheritdoc cref="Run(Func{AsgiTask}, AsyncToSyncOptions?, CancellationToken)"/>
    /// <typeparam name="T">The function's result.</typeparam>
    [OverloadResolutionPriority(-1)]
    public static T Run<T>(Func<ValueTask<T>> function, AsyncToSyncOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Run(Task<T> () => function().AsTask(), options, cancellationToken);
    }

    /// <summary>Makes a blocking function of an asynchronous one, to be called as often as needed.</summary>
    /// <typeparam name="TResult">Its result.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="options">Null for <see cref="AsyncToSyncOptions.Default"/>.</param>
    public static AsyncToSync<TResult> Wrap<TResult>(Func<Task<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), options ?? AsyncToSyncOptions.Default);

    /// <inheritdoc cref="Wrap{TResult}(Func{Task{TResult}}, AsyncToSyncOptions?)"/>
    /// <typeparam name="TArgument">Its argument; a tuple for more than one.</typeparam>
    /// <typeparam name="TResult">Its result.</typeparam>
    public static AsyncToSync<TArgument, TResult> Wrap<TArgument, TResult>(
        Func<TArgument, Task<TResult>> function, AsyncToSyncOptions? options = null) =>
        new(NotNull(function), options ?? AsyncToSyncOptions.Default);

    private static Task Block(LoopCall call, AsyncToSyncOptions? options, CancellationToken cancellationToken)
    {
        BlockingCall.Run(call, options ?? AsyncToSyncOptions.Default, cancellationToken);
        return call.EndedTask;
    }

    private static T NotNull<T>(T function)
        where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(function);
        return function;
    }
}
