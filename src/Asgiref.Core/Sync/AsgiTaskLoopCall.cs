using System.Diagnostics;

namespace Asgiref.Core.Sync;

/// <summary>The blocking call of a function that keeps its context for its caller.</summary>
[StackTraceHidden]
internal sealed class AsgiTaskLoopCall(Func<AsgiTask> function) : LoopCall
{
    protected override Task Begin(out FinalContext? final)
    {
        var task = function();
        final = task.Final;
        return task.Task;
    }
}
