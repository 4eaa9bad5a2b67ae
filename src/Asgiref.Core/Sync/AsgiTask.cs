using System.Runtime.CompilerServices;

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
    public static Task Create(Func<Task> function) => TaskStart.Begin(function).Unwrap();

    /// <inheritdoc cref="Create(Func{Task})"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public static Task<T> Create<T>(Func<Task<T>> function) => TaskStart.Begin(function).Unwrap();

    /// <inheritdoc cref="op_Implicit(AsgiTask)"/>
    public Task AsTask() => Task;

    /// <summary>For <c>await</c>: goes on in the context or scheduler that awaits.</summary>
    public AsgiTaskAwaiter GetAwaiter() => new(this, continueOnCapturedContext: true);

    /// <summary>For <c>await</c>.</summary>
    /// <param name="continueOnCapturedContext">False to go on where it is cheapest.</param>
    public ConfiguredAsgiTask ConfigureAwait(bool continueOnCapturedContext) => new(this, continueOnCapturedContext);
}
