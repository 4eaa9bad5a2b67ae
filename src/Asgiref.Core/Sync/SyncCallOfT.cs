using System.Diagnostics;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync;

/// <summary>
/// A running call of <see cref="SyncToAsync"/>. Awaiting it brings the context values that the function changed into the
/// awaiting method, which a bare task can't (CTX-02, MAP-03).
/// </summary>
/// <remarks>
/// Await it, or make a task of it, once, as with a <see cref="ValueTask"/>. What the function changed replaces the awaiting
/// method's values as they were when the call was made; of concurrent calls the one awaited last wins.
/// </remarks>
/// <typeparam name="T">The function\'s result.</typeparam>
public readonly struct SyncCall<T>
{
    private readonly SyncWork<T> _work;

    internal SyncCall(SyncWork<T> work) => _work = work;

    /// <summary>
    /// A task that ends as the call does, for combinators such as <see cref="Task.WhenAll{T}(Task{T}[])"/>. It brings no context back.
    /// </summary>
    /// <param name="call">The call.</param>
    public static implicit operator Task<T>(SyncCall<T> call) => call.AsTask();

    /// <inheritdoc cref="op_Implicit(SyncCall{T})"/>
    public async Task<T> AsTask() => await ConfigureAwait(false);

    /// <summary>For <c>await</c>: goes on in the context or scheduler that awaits.</summary>
    [StackTraceHidden]
    public SyncCallAwaiter<T> GetAwaiter() => new(_work, continueOnCapturedContext: true);

    /// <summary>For <c>await</c>.</summary>
    /// <param name="continueOnCapturedContext">False to go on where it is cheapest.</param>
    public ConfiguredSyncCall<T> ConfigureAwait(bool continueOnCapturedContext) => new(_work, continueOnCapturedContext);
}
