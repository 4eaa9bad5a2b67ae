using System.Diagnostics;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync.Loops;

/// <summary>The blocking call of a function that keeps its context for its caller.</summary>
[StackTraceHidden]
internal sealed class AsgiTaskLoopCall(Func<AsgiTask> function, Delegate named) : LoopCall
{
    /// <inheritdoc/>
    public override string FunctionName => AsyncCallable.NameOf(named);

    protected override Task Begin(out FinalContext? final)
    {
        var task = function();
        final = task.Final;
        return task.Task;
    }
}
