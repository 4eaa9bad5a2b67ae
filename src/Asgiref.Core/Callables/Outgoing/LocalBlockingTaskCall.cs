using System.Diagnostics;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Loops;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The blocking call of an asynchronous function of this process, under the callable's name.</summary>
[StackTraceHidden]
internal sealed class LocalBlockingTaskCall<T>(string name, Func<Task<T>> function) : LoopCall
{
    public override string FunctionName => name;

    protected override Task Begin(out FinalContext? final)
    {
        final = null;
        return function();
    }
}
