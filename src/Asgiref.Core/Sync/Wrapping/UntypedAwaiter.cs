using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Asgiref.Core.Sync.Wrapping;

/// <summary>Awaits an <see cref="UntypedAwaitable"/> through the awaiter that its type gives.</summary>
/// <param name="awaiter">That awaiter.</param>
internal readonly struct UntypedAwaiter(object awaiter) : INotifyCompletion
{
    public bool IsCompleted => (bool)awaiter.GetType().GetProperty(nameof(TaskAwaiter.IsCompleted))!.GetValue(awaiter)!;

    public void OnCompleted(Action continuation) => ((INotifyCompletion)awaiter).OnCompleted(continuation);

    /// <summary>Throws what the awaited code threw, as the same object; null if there is no result.</summary>
    [StackTraceHidden]
    public object? GetResult() => awaiter.GetType().GetMethod(nameof(TaskAwaiter.GetResult), Type.EmptyTypes)!
        .Invoke(awaiter, BindingFlags.DoNotWrapExceptions, null, null, null);
}
