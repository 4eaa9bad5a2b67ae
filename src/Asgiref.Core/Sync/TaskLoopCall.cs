using System.Diagnostics;

namespace Asgiref.Core.Sync;

/// <summary>The blocking call of a function that returns a task.</summary>
[StackTraceHidden]
internal sealed class TaskLoopCall(Func<Task> function) : LoopCall
{
    protected override Task Begin(out FinalContext? final)
    {
        final = null;
        return function();
    }
}
