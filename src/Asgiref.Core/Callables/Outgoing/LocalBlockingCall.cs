using System.Diagnostics;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Loops;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The blocking call of a synchronous function of this process, under the callable's name.</summary>
[StackTraceHidden]
internal sealed class LocalBlockingCall<T>(string name, Func<AsgiTask<T>> function) : LoopCall
{
    public override string FunctionName => name;

    protected override Task Begin(out FinalContext? final)
    {
        var task = function();
        final = task.Final;
        return task.Task;
    }
}
