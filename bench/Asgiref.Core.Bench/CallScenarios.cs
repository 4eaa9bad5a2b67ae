namespace Asgiref.Core.Bench;

/// <summary>What is compared: our calls, their bare peers, and asgiref's calls of the same kind.</summary>
internal static class CallScenarios
{
    private const string Thread = "channel and one dedicated thread";
    private const string Loop = "block and wake of one loop thread";

    /// <param name="asgiref">Null to compare with the bare peers only.</param>
    public static IEnumerable<MeteredScenario> All(AsgirefProcess? asgiref) =>
    [
        new("SyncToAsync, thread-sensitive", SyncToAsyncCalls.SensitiveAsync, Thread, SyncToAsyncCalls.BareThreadAsync, asgiref?.LegOf("sensitive")),
        new("SyncToAsync, own context", SyncToAsyncCalls.InContextAsync, Thread, SyncToAsyncCalls.BareThreadAsync, asgiref?.LegOf("context")),
        new("SyncToAsync, pool", SyncToAsyncCalls.PooledAsync, "Task.Run", SyncToAsyncCalls.TaskRunAsync, asgiref?.LegOf("pool")),
        new("AsyncToSync, new loop", AsyncToSyncCalls.NewLoopAsync, Loop, AsyncToSyncCalls.BareAsync, asgiref?.LegOf("new-loop")),
        new("AsyncToSync, parent loop", AsyncToSyncCalls.ParentLoopAsync, Loop, AsyncToSyncCalls.BareAsync, asgiref?.LegOf("parent-loop")),
        new("AsyncToSync, single-thread context", AsyncToSyncCalls.InContextAsync, Loop, AsyncToSyncCalls.BareAsync, asgiref: null),
    ];
}
