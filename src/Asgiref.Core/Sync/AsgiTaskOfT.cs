using System.Runtime.CompilerServices;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync;

/// <summary>
/// What an <c>async AsgiTask&lt;T&gt;</c> method returns: awaiting it shares the context values in both directions, as awaiting a
/// coroutine does in Python, while those of an <c>async Task</c> method never reach its caller (CTX-14, MAP-01).
/// </summary>
/// <remarks>Await it, or make a task of it, once. It is safe to hand on; it is not safe to await twice at a time.</remarks>
/// <typeparam name="T">The result.</typeparam>
[AsyncMethodBuilder(typeof(AsgiTaskBuilder<>))]
public readonly struct AsgiTask<T>
{
    internal AsgiTask(Task<T> task, FinalContext final)
    {
        Task = task;
        Final = final;
    }

    internal Task<T> Task { get; }

    internal FinalContext Final { get; }

    /// <summary>A task that ends as the method does. It brings no context back.</summary>
    /// <param name="task">The method's run.</param>
    public static implicit operator Task<T>(AsgiTask<T> task) => task.Task;

    /// <inheritdoc cref="op_Implicit(AsgiTask{T})"/>
    public Task<T> AsTask() => Task;

    /// <summary>For <c>await</c>: goes on in the context or scheduler that awaits.</summary>
    public AsgiTaskAwaiter<T> GetAwaiter() => new(this, continueOnCapturedContext: true);

    /// <summary>For <c>await</c>.</summary>
    /// <param name="continueOnCapturedContext">False to go on where it is cheapest.</param>
    public ConfiguredAsgiTask<T> ConfigureAwait(bool continueOnCapturedContext) => new(this, continueOnCapturedContext);
}
