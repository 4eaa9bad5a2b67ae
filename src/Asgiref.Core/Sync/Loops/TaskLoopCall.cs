using System.Diagnostics;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync.Loops;

/// <summary>The blocking call of a function that returns a task.</summary>
[StackTraceHidden]
internal sealed class TaskLoopCall(Func<Task> function, Delegate named) : LoopCall
{
    /// <inheritdoc/>
    public override string FunctionName => AsyncCallable.NameOf(named);

    protected override Task Begin(out FinalContext? final)
    {
        final = null;
        return function();
    }
}
