using System.Runtime.CompilerServices;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Loops;

namespace Asgiref.Core.Sync;

/// <summary>
/// What an <c>async AsgiTask</c> method returns: awaiting it shares the context values in both directions, as awaiting a
/// coroutine does in Python, while those of an <c>async Task</c> method never reach its caller (CTX-14, MAP-01).
/// </summary>
/// <remarks>Await it, or make a task of it, once. It is safe to hand on; it is not safe to await twice at a time.</remarks>
[AsyncMethodBuilder(typeof(AsgiTaskBuilder))]
public readonly struct AsgiTask
{
    internal AsgiTask(Task task, FinalContext final)
    {
        Task = task;
        Final = final;
    }

    internal Task Task { get; }

    internal FinalContext Final { get; }

    /// <summary>A task that ends as the method does. It brings no context back.</summary>
    /// <param name="task">The method's run.</param>
    public static implicit operator Task(AsgiTask task) => task.Task;

    /// <summary>
    /// Starts a function as a task of its own: it runs beside its creator with a copy of the context, and its changes stay
    /// its own (CTX-14, LOCAL-15). It is asyncio's create_task.
    /// </summary>
    /// <param name="function">
    /// Called later: on the event loop of the creator, which then waits for the task when it ends, or else on the thread pool.
    /// </param>
    /// <returns>Ends as the function's task does.</returns>
    /// <exception cref="ThreadLimitException">Too many tasks wait for the loop; the function was not called.</exception>
    public static Task Create(Func<Task> function) => TaskStart.Begin(TaskStart.Function(function)).Unwrap();

    /// <inheritdoc cref="Create(Func{Task})"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public static Task<T> Create<T>(Func<Task<T>> function) => TaskStart.Begin(TaskStart.Function(function)).Unwrap();

    /// <summary>Starts a function as a task of its own, in a given context instead of a copy of the creator's (CTX-10).</summary>
    /// <param name="function">Called later, as by <see cref="Create(Func{Task})"/>; changes the values of the context.</param>
    /// <param name="context">The task is in it from its first step to its end.</param>
    /// <returns>Ends as the function does; with an <see cref="InvalidOperationException"/> if another call is in the context.</returns>
    /// <exception cref="ThreadLimitException">Too many tasks wait for the loop; the function was not called.</exception>
    public static Task Create(Func<AsgiTask> function, CallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Create(() => context.RunAsync(function));
    }

    /// <inheritdoc cref="Create(Func{AsgiTask}, CallContext)"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public static Task<T> Create<T>(Func<AsgiTask<T>> function, CallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Create(() => context.RunAsync(function));
    }

    /// <inheritdoc cref="op_Implicit(AsgiTask)"/>
    public Task AsTask() => Task;

    /// <summary>For <c>await</c>: goes on in the context or scheduler that awaits.</summary>
    public AsgiTaskAwaiter GetAwaiter() => new(this, continueOnCapturedContext: true);

    /// <summary>For <c>await</c>.</summary>
    /// <param name="continueOnCapturedContext">False to go on where it is cheapest.</param>
    public ConfiguredAsgiTask ConfigureAwait(bool continueOnCapturedContext) => new(this, continueOnCapturedContext);
}
