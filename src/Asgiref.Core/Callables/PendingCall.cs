using System.Diagnostics;
using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Callables;

/// <summary>
/// A running call of a callable, in this process or in another. Awaiting it brings what the function changed in the context
/// into the awaiting method (MAP-03): of a function elsewhere the changes of the <see cref="Local.ContextBag"/>.
/// </summary>
/// <remarks>
/// Await it, or make a task of it, once. Of concurrent calls the one awaited last wins, name by name. What it throws is in
/// the description of <see cref="CallableRegistry"/>.
/// </remarks>
/// <typeparam name="T">The result.</typeparam>
public readonly struct PendingCall<T>
{
    private readonly IAwaitedCall<T> _call;

    internal PendingCall(IAwaitedCall<T> call) => _call = call;

    /// <summary>
    /// A task that ends as the call does, for combinators such as <see cref="Task.WhenAll{T}(Task{T}[])"/>. It brings no
    /// context back from another process.
    /// </summary>
    /// <param name="call">The call.</param>
    public static implicit operator Task<T>(PendingCall<T> call) => call.AsTask();

    /// <inheritdoc cref="op_Implicit(PendingCall{T})"/>
    public Task<T> AsTask() => _call.AsTask();

    /// <summary>For <c>await</c>: goes on in the context or scheduler that awaits.</summary>
    [StackTraceHidden]
    public PendingCallAwaiter<T> GetAwaiter() => new(_call, continueOnCapturedContext: true);

    /// <summary>For <c>await</c>.</summary>
    /// <param name="continueOnCapturedContext">False to go on where it is cheapest.</param>
    public ConfiguredPendingCall<T> ConfigureAwait(bool continueOnCapturedContext) => new(_call, continueOnCapturedContext);
}
