using Asgiref.Core.Compatibility;
using Asgiref.Core.Sync.Loops;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>Names what a thread runs, for reports and messages.</summary>
internal static class FunctionNames
{
    /// <returns>Null if the call has just ended.</returns>
    public static string? Of(IExecutorWork work)
    {
        if (work is not SyncWork call)
        {
            return work.GetType().Name;
        }

        // An ended call has let go of its function: what was read before it ended is right.
        var name = call.FunctionName;
        return call.HasEnded ? null : name;
    }

    /// <summary>How many calls really wait; cancelled ones stay in the queue until their turn.</summary>
    public static int CountWaiting(Queue<IExecutorWork>? queue)
    {
        var waiting = 0;
        foreach (var work in queue ?? [])
        {
            waiting += work is SyncWork { HasEnded: true } ? 0 : 1;
        }

        return waiting;
    }

    /// <summary>The function of a call, the method that a continuation belongs to, or else the callback itself.</summary>
    public static string Of(LoopItem item) => item.State switch
    {
        INamedCall call => call.FunctionName,
        Action { Target: Task box } when OfAsyncMethod(box) is { } name => name,
        Task box when OfAsyncMethod(box) is { } name => name,
        Action continuation => AsyncCallable.NameOf(continuation),
        _ => AsyncCallable.NameOf(item.Callback),
    };

    /// <summary>
    /// The compiler turns an async method M of a type T into a nested type T.&lt;M&gt;d__0, and the runtime's continuation is
    /// a task that is generic in that type, or its method. This is no contract: whatever looks otherwise has no name here.
    /// </summary>
    private static string? OfAsyncMethod(Task box)
    {
        var machine = box.GetType().IsGenericType ? box.GetType().GetGenericArguments()[^1] : null;
        var end = machine?.Name.LastIndexOf('>') ?? -1;
        return machine?.Name is ['<', ..] && end > 1 ? $"{machine.DeclaringType?.Name}.{machine.Name[1..end]}" : null;
    }
}
