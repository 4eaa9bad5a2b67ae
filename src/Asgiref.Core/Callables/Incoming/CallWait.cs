using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>Tells what a call whose time has passed waited for: all that its caller sees of a circle between call trees.</summary>
internal static class CallWait
{
    public static string Describe(IncomingCall call, CallTable calls, string callable)
    {
        if (call.Work is { HasBegun: false } work)
        {
            var thread = work.Executor as IBusyThread;
            var executor = work.Executor is { } chosen ? ExecutorNames.Of(chosen) : ExecutorNames.None;
            return $"it waited for the {executor}: {thread?.DescribeHolder() ?? "nothing runs there"}";
        }

        return calls.FindMadeBy(call.Request.Path[^1]) is { } inner
            ? $"it waits for its call of '{inner}'"
            : "it still runs";
    }
}
