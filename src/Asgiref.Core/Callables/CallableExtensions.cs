using System.Diagnostics;

namespace Asgiref.Core.Callables;

/// <summary>Calls of callables that take no argument.</summary>
public static class CallableExtensions
{
    /// <summary>Calls the function.</summary>
    /// <typeparam name="TOut">Its result.</typeparam>
    /// <param name="callable">The function.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static PendingCall<TOut> InvokeAsync<TOut>(this AwaitableCallable<NoValue, TOut> callable, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callable);
        return callable.InvokeAsync(default, cancellationToken);
    }

    /// <summary>Calls the function and blocks.</summary>
    /// <inheritdoc cref="InvokeAsync{TOut}(AwaitableCallable{NoValue, TOut}, CancellationToken)"/>
    [StackTraceHidden]
    public static TOut Invoke<TOut>(this BlockingCallable<NoValue, TOut> callable, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callable);
        return callable.Invoke(default, cancellationToken);
    }

    /// <summary>Calls the stream when the result is enumerated.</summary>
    /// <typeparam name="TItem">Each result.</typeparam>
    /// <param name="callable">The stream.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static IAsyncEnumerable<TItem> InvokeAsync<TItem>(this StreamCallable<NoValue, TItem> callable, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callable);
        return callable.InvokeAsync(default, cancellationToken);
    }
}
