using Asgiref.Core.Local;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync;

/// <summary>
/// Context values kept apart from any flow: calls that are given the same one see each other's changes, and their callers
/// keep their own values (CTX-09, CTX-10). It is contextvars' Context.
/// </summary>
/// <remarks>
/// Safe for concurrent use, but one call at a time may be in it: a second is an error, not a mixture (CTX-11). A task that was
/// given one is in it from its first step to its end.
/// </remarks>
public sealed class CallContext
{
    private ExecutionContext _values;
    private int _entered;

    private CallContext(ExecutionContext values) => _values = values;

    /// <summary>A copy of the running code's context; later changes of either do not show in the other.</summary>
    public static CallContext Capture()
    {
        CallContext? copy = null;
        ExecutionContext.Run(
            CallerContext.Capture(),
            _ =>
            {
                LocalFlow.Fork();
                copy = new CallContext(ExecutionContext.Capture()!);
            },
            null);
        return copy!;
    }

    /// <summary>Runs a function on this thread, in this context.</summary>
    /// <param name="action">Sees and changes the values of this context only.</param>
    /// <exception cref="InvalidOperationException">Another call is in the context.</exception>
    public void Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ExecutionContext.Run(
            Enter(),
            _ =>
            {
                try
                {
                    action();
                }
                finally
                {
                    Leave(ExecutionContext.Capture());
                }
            },
            null);
    }

    /// <summary>Runs an asynchronous function in this context, to its end.</summary>
    /// <param name="function">
    /// Called at once, on this thread; sees and changes the values of this context only. An <c>async</c> lambda will do; a
    /// method has to return <see cref="AsgiTask"/>, because the values of any other can't be seen at its end (MAP-01).
    /// </param>
    /// <returns>Ends as the function does, when the context is free again.</returns>
    /// <exception cref="InvalidOperationException">Another call is in the context; the function was not called. Comes with the task.</exception>
    public Task RunAsync(Func<AsgiTask> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return RunAsync(async AsgiTask<bool> () =>
        {
            await function();
            return true;
        });
    }

    /// <inheritdoc cref="RunAsync(Func{AsgiTask})"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public async Task<T> RunAsync<T>(Func<AsgiTask<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        var caller = (Flow: SyncFlow.Current, AsgiCancellation.Token);
        var kept = caller;
        AsgiTask<T> task = default;
        var values = Enter();
        try
        {
            ExecutionContext.Run(
                values,
                _ =>
                {
                    kept = (SyncFlow.Current, AsgiCancellation.Token);
                    SetState(caller.Flow, caller.Token);
                    task = function();
                },
                null);
            return await task.Task.ConfigureAwait(false);
        }
        finally
        {
            Leave(task.Final?.Changed is { } changed ? WithState(changed, kept.Flow, kept.Token) : null);
        }
    }

    /// <exception cref="InvalidOperationException">Another call is in the context.</exception>
    internal ExecutionContext Enter() => Interlocked.Exchange(ref _entered, 1) == 0
        ? _values
        : throw new InvalidOperationException("This CallContext is already entered by another call.");

    internal void Leave(ExecutionContext? changed)
    {
        _values = changed ?? _values;
        Volatile.Write(ref _entered, 0);
    }

    /// <summary>The library's own state belongs to the call, and the values to the context (CTX-13).</summary>
    private static void SetState(SyncFlow flow, CancellationToken token)
    {
        SyncFlow.Current = flow;
        AsgiCancellation.Enter(token);
    }

    private static ExecutionContext WithState(ExecutionContext values, SyncFlow flow, CancellationToken token)
    {
        ExecutionContext? result = null;
        ExecutionContext.Run(
            values,
            _ =>
            {
                SetState(flow, token);
                result = ExecutionContext.Capture();
            },
            null);
        return result!;
    }
}
